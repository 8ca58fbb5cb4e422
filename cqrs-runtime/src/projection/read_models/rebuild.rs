//! Building a read model anew beside the one that serves.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::engine::{EngineError, Progress};
use super::ReadModels;
use super::driver::prolong;
use super::model::Works;
use crate::store::pause::Pause;
use crate::store::{GenerationKey, StoreError, SwapVerdict, Tables, WorkerId};

/// The pause where another process has all partitions, or is about to swap.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause after an error.
const LONGEST: Duration = Duration::from_secs(5);

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildProgress {
    /// The read model.
    pub name: &'static str,
    /// The generation that is built.
    pub generation: u32,
    /// The position up to which it has come.
    pub position: u64,
    /// The end of the log.
    pub head: u64,
    /// How many events this process has projected for it.
    pub events: u64,
    /// For how long it has been at it.
    pub elapsed: Duration,
}

/// A read model that was rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The generation that serves now.
    pub generation: GenerationKey,
    /// How many events this process has projected for it.
    pub events: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// How many events could not be projected, and are parked.
    pub parked: usize,
}

/// Why a rebuild has not come to its end; it goes on where it was when it is asked for again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
    /// Events can't be projected.
    #[error("the read model `{name}` can't be rebuilt for now")]
    Engine {
        /// The read model.
        name: &'static str,
        /// Why.
        source: EngineError,
    },
    /// Somebody has cancelled it.
    #[error("the rebuild of `{name}` was cancelled")]
    Cancelled {
        /// The read model.
        name: &'static str,
    },
}

impl ReadModels {
    /// Builds a read model anew beside the one that serves, and lets it serve once it has caught up. What served is kept.
    ///
    /// A rebuild that did not come to its end, its process having been killed or this future dropped, is gone on with.
    ///
    /// # Errors
    /// When events can't be projected, or the database can't be written.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn rebuild(
        &self,
        name: &str,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, RebuildError> {
        let model = self.model(name).ok_or_else(|| RebuildError::NotListed { name: name.to_owned() })?;
        let name = model.table().name;
        let failed = |source| RebuildError::Engine { name, source };
        let of_store = |error: StoreError| failed(error.into());
        let generation = self.create(&**model).await.map_err(of_store)?;
        let (key, began_at, mut events) = (generation.key.clone(), Instant::now(), 0);
        let id = WorkerId(Uuid::now_v7());
        let mut worker = model.worker(self.store.clone(), generation, id, self.options).map_err(of_store)?;
        let tables = self.store.tables().map_err(of_store)?;
        // Ends with this future.
        let (_alive, ended) = watch::channel(false);
        tokio::spawn(prolong(self.clone(), id, ended));
        let mut pause = Pause::up_to(LONGEST);
        let built = loop {
            let step = match worker.step().await {
                Ok(step) => step,
                // Its tables may have gone in the midst of the step.
                Err(_) if matches!(tables.swap(&key).await, Ok(SwapVerdict::Gone)) => {
                    break Err(RebuildError::Cancelled { name });
                }
                Err(EngineError::Store(error)) if error.is_retryable() => {
                    pause.wait().await;
                    continue;
                }
                Err(error) => break Err(failed(error)),
            };
            pause = Pause::up_to(LONGEST);
            let head = match self.store.head().await {
                Ok(head) => head.position,
                Err(error) => break Err(of_store(error)),
            };
            if let Progress::Moved { events: more, caught_up } = step {
                events += more;
                let (position, elapsed) = (worker.position().unwrap_or(0), began_at.elapsed());
                progress(RebuildProgress { name, generation: key.number, position, head, events, elapsed });
                if !caught_up {
                    continue;
                }
            }
            match serve(&mut *worker, tables, &key).await {
                Ok(SwapVerdict::Serves) => break Ok(()),
                Ok(SwapVerdict::Gone) => break Err(RebuildError::Cancelled { name }),
                Ok(SwapVerdict::Behind { .. }) if step == Progress::Idle => sleep(PAUSE).await,
                Ok(SwapVerdict::Behind { .. }) => {}
                Err(EngineError::Store(error)) if error.is_retryable() => pause.wait().await,
                Err(error) => break Err(failed(error)),
            }
        };
        // However it ended, others can go on with it at once.
        let released = worker.release().await;
        built?;
        released.map_err(of_store)?;
        let parked = tables.letters(&key).await.map_err(of_store)?.len();
        Ok(Rebuilt { generation: key, events, elapsed: began_at.elapsed(), parked })
    }
}

/// Lets a generation serve that has seen all events there were.
async fn serve(worker: &mut dyn Works, tables: &dyn Tables, key: &GenerationKey) -> Result<SwapVerdict, EngineError> {
    if worker.partitions() > 0 {
        worker.settle().await?;
    }
    Ok(tables.swap(key).await?)
}
