//! This process's part in filling a generation that does not serve yet.

use std::ops::ControlFlow;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::engine::{EngineError, Progress, are_at_rest};
use super::driver::{Running, Scope};
use super::model::{Model, Works};
use super::rebuild::{RebuildError, RebuildOptions, RebuildProgress, Rebuilt};
use super::{ReadModels, StoreError};
use crate::store::lease::Alive;
use crate::store::pause::Pause;
use crate::store::{DeadLetter, Generation, GenerationKey, GenerationState, SwapVerdict, WorkerId};

/// The pause where another process has all partitions, or is about to swap.
pub(super) const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause after an error.
const LONGEST: Duration = Duration::from_secs(5);

/// Tells of an error that may pass, and waits a while.
async fn again(read_model: &str, error: &StoreError, pause: &mut Pause) {
    tracing::warn!(read_model, error = error as &dyn std::error::Error, "it will be tried again");
    pause.wait().await;
}

/// Asks a question until the database answers it, however busy it is, or out of reach.
pub(super) async fn answered<T, F>(read_model: &str, mut ask: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pause = Pause::up_to(LONGEST);
    loop {
        match ask().await {
            Err(error) if error.is_retryable() => again(read_model, &error, &mut pause).await,
            answer => return answer,
        }
    }
}

/// A worker at a generation, and what it has come to.
pub(super) struct Filling {
    read_models: ReadModels,
    pub(super) name: &'static str,
    pub(super) key: GenerationKey,
    pub(super) worker: Box<dyn Works>,
    pub(super) id: WorkerId,
    pub(super) began_at: Instant,
    pub(super) events: u64,
    /// What the others of this process have projected beside it.
    beside: Arc<AtomicU64>,
    others: Option<Running>,
    pause: Pause,
    /// The signs of life end with it.
    _alive: Alive,
}

impl Filling {
    /// Puts a worker to a generation.
    pub(super) fn begin(
        read_models: &ReadModels,
        model: &dyn Model,
        generation: Generation,
    ) -> Result<Self, StoreError> {
        let (key, id) = (generation.key.clone(), WorkerId(Uuid::now_v7()));
        let worker = model.worker(read_models.store.clone(), generation, id, read_models.options)?;
        let alive = read_models.store.keep_alive(id, read_models.options.session());
        Ok(Self {
            read_models: read_models.clone(),
            name: model.name(),
            key,
            worker,
            id,
            began_at: Instant::now(),
            events: 0,
            beside: Arc::default(),
            others: None,
            pause: Pause::up_to(LONGEST),
            _alive: alive,
        })
    }

    /// Puts the other workers to it that this process has for a read model.
    pub(super) fn with_others(mut self, model: &Arc<dyn Model>) -> Self {
        let scope = Scope::Beside(self.key.clone(), Arc::clone(&self.beside));
        let others = self.read_models.options.workers.saturating_sub(1);
        self.others = (others > 0).then(|| self.read_models.run(slice::from_ref(model), others, &scope));
        self
    }

    /// Fills the generation, together with whoever else does, until it serves.
    pub(super) async fn until_it_serves(
        mut self,
        options: RebuildOptions,
        mut progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, RebuildError> {
        let built = loop {
            match self.step(options, &mut progress).await {
                Ok(true) => break Ok(()),
                Ok(false) => {}
                Err(error) => break Err(error),
            }
        };
        // However it ended, others can go on with it at once; else when the session ends, as after a kill.
        if let Some(others) = self.others.take() {
            others.stop().await;
        }
        let released = self.worker.release().await;
        built?;
        if let Err(error) = released {
            tracing::warn!(read_model = self.name, error = &error as &dyn std::error::Error, "it can't be left");
        }
        let parked = loop {
            match self.letters().await {
                Ok(letters) => break letters.len(),
                Err(error) => self.recover(error.into(), GenerationState::Serving).await?,
            }
        };
        let events = self.events + self.beside.load(Ordering::Relaxed);
        Ok(Rebuilt { generation: self.key, events, elapsed: self.began_at.elapsed(), parked })
    }

    /// A step; whether the generation serves now. One that fails of what may pass is taken again.
    async fn step(
        &mut self,
        options: RebuildOptions,
        progress: &mut (impl FnMut(RebuildProgress) + Send),
    ) -> Result<bool, RebuildError> {
        match self.try_step(options, progress).await {
            Ok(ControlFlow::Continue(())) => Ok(false),
            Ok(ControlFlow::Break(ended)) => ended.map(|()| true),
            Err(error) => {
                self.recover(error, GenerationState::Building).await?;
                Ok(false)
            }
        }
    }

    /// A step; `Break` where there is no other one.
    async fn try_step(
        &mut self,
        options: RebuildOptions,
        progress: &mut (impl FnMut(RebuildProgress) + Send),
    ) -> Result<ControlFlow<Result<(), RebuildError>>, EngineError> {
        let step = self.worker.step().await?;
        if let Progress::Moved { events, .. } = step {
            self.events += events;
        }
        progress(self.progress().await?);
        if matches!(step, Progress::Moved { caught_up: false, .. }) {
            self.pause = Pause::up_to(LONGEST);
            return Ok(ControlFlow::Continue(()));
        }
        let verdict = self.serve(options).await?;
        self.pause = Pause::up_to(LONGEST);
        let name = self.name;
        match verdict {
            SwapVerdict::Serves => return Ok(ControlFlow::Break(Ok(()))),
            SwapVerdict::Gone => return Ok(ControlFlow::Break(Err(RebuildError::Cancelled { name }))),
            SwapVerdict::Parked { .. } if are_at_rest(&self.letters().await?, Utc::now()) => {
                // It counts what was parked before they were at rest.
                let verdict = self.read_models.store.tables()?.standing(&self.key).await?;
                if let SwapVerdict::Parked { events } = verdict {
                    let parked = RebuildError::Parked { name, generation: self.key.number, events };
                    return Ok(ControlFlow::Break(Err(parked)));
                }
                return Ok(ControlFlow::Continue(()));
            }
            SwapVerdict::Behind { .. } | SwapVerdict::Parked { .. } => {}
        }
        if !matches!(step, Progress::Moved { .. }) {
            sleep(PAUSE).await;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Lets the generation serve, if it has seen all events there were.
    async fn serve(&mut self, options: RebuildOptions) -> Result<SwapVerdict, EngineError> {
        if self.worker.partitions() > 0 {
            self.worker.settle().await?;
        }
        let tables = self.read_models.store.tables()?;
        // Looked at first, which holds up nobody.
        Ok(match tables.standing(&self.key).await? {
            SwapVerdict::Parked { .. } if options.accept_parked => tables.swap(&self.key, true).await?,
            SwapVerdict::Serves => tables.swap(&self.key, options.accept_parked).await?,
            refused => refused,
        })
    }

    async fn letters(&mut self) -> Result<Vec<DeadLetter>, StoreError> {
        self.read_models.store.tables()?.letters(&self.key).await
    }

    /// Goes on after an error, if that may help: the database may be busy, or the tables have gone in the midst of a step.
    pub(super) async fn recover(&mut self, error: EngineError, state: GenerationState) -> Result<(), RebuildError> {
        let known = async { self.read_models.store.tables()?.generations(&self.key.projection).await };
        let is_there = |known: &Generation| {
            known.key == self.key && (known.state == state || known.state == GenerationState::Serving)
        };
        if known.await.is_ok_and(|known| !known.iter().any(is_there)) {
            return Err(RebuildError::Cancelled { name: self.name });
        }
        match error {
            EngineError::Store(error) if error.is_retryable() => {
                again(self.name, &error, &mut self.pause).await;
                Ok(())
            }
            error => Err(self.failed(error)),
        }
    }

    pub(super) fn failed(&self, source: EngineError) -> RebuildError {
        RebuildError::Engine { name: self.name, source }
    }

    /// How far it has come, whoever has brought it there.
    async fn progress(&mut self) -> Result<RebuildProgress, StoreError> {
        let tables = self.read_models.store.tables()?;
        let mine = self.worker.position().filter(|_| self.worker.has_all());
        let position = if let Some(position) = mine {
            position
        } else {
            let known = tables.checkpoints(&self.key.to_string()).await?;
            known.iter().map(|known| known.lease.checkpoint).min().unwrap_or(0)
        };
        Ok(RebuildProgress {
            name: self.name,
            generation: self.key.number,
            position,
            head: self.read_models.store.head().await?.position,
            events: self.events + self.beside.load(Ordering::Relaxed),
            elapsed: self.began_at.elapsed(),
        })
    }
}
