//! Waiting until a read model has come as far as a position.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::super::engine::{EngineError, are_at_rest};
use super::helper::Helper;
use super::model::Model;
use super::{ReadModels, StoreError};
use crate::store::pause::Pause;
use crate::store::{Checkpoint, EventQuery, GenerationKey, GenerationState, SwapVerdict};

/// The longest pause between two looks, where nothing tells that there is something new to see.
const LONGEST: Duration = Duration::from_millis(250);

/// Why a read model has not come as far as was waited for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The database can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was not there in time.
    #[error("`{name}` has come to position {reached}, and not to {wanted} in time")]
    Behind {
        /// The read model.
        name: &'static str,
        /// How far it has come.
        reached: u64,
        /// How far it should have.
        wanted: u64,
        /// What keeps it from going on, where this process keeps it up to date.
        source: Option<Arc<EngineError>>,
    },
    /// It was built in another shape or version, or of other events.
    #[error("`{name}` changed since it was built: rebuild it")]
    Changed {
        /// The read model.
        name: &'static str,
    },
    /// What is being built does not serve, as events are parked in it that what serves has: see
    /// [`RebuildError::Parked`](super::RebuildError::Parked).
    #[error("{events} events that `{name}` has are parked in its generation {generation}: it does not serve")]
    Parked {
        /// The read model.
        name: &'static str,
        /// The generation that was built.
        generation: u32,
        /// How many.
        events: u64,
    },
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
}

/// Waits until the worker of this process has come to a position, or past it.
async fn comes_to(come: &mut watch::Receiver<u64>, position: u64) {
    while come.changed().await.is_ok() {
        if *come.borrow_and_update() >= position {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// What can be waited for.
enum Standing {
    /// A generation serves.
    Serves(GenerationKey, Vec<Checkpoint>),
    /// One is being built.
    Builds(GenerationKey),
    /// There is none yet.
    Absent,
}

impl ReadModels {
    /// Waits until a read model serves and has seen all events up to `position`, whichever process projects them.
    ///
    /// A position that the log has not come to yet is waited for, too. What the read model has seen it may have
    /// parked: [`letters`](Self::letters) says of which events that is so.
    ///
    /// # Errors
    /// [`WaitError::Behind`] where that takes longer than `limit`; it says how far the read model has come, and what keeps it
    /// from going on. [`WaitError::Changed`] at once where it has to be rebuilt first.
    pub async fn wait_for(&self, name: &str, position: u64, limit: Duration) -> Result<(), WaitError> {
        let model = self.model(name).ok_or_else(|| WaitError::NotListed { name: name.to_owned() })?;
        self.reach(model, position, limit, None).await
    }

    /// As [`wait_for`](Self::wait_for); a helper takes the work on where nobody is at it.
    pub(super) async fn reach(
        &self,
        model: &Arc<dyn Model>,
        position: u64,
        limit: Duration,
        helper: Option<&mut Helper<'_>>,
    ) -> Result<(), WaitError> {
        let reached = AtomicU64::new(0);
        let waited = timeout(limit, self.look_until(model, position, &reached, helper)).await;
        waited.unwrap_or_else(|_| {
            let (name, reached) = (model.name(), reached.into_inner());
            Err(WaitError::Behind { name, reached, wanted: position, source: model.local().last_error() })
        })
    }

    async fn look_until(
        &self,
        model: &Arc<dyn Model>,
        position: u64,
        reached: &AtomicU64,
        mut helper: Option<&mut Helper<'_>>,
    ) -> Result<(), WaitError> {
        let (events, mut come, mut pause) = (model.events(), model.local().come(), Pause::up_to(LONGEST));
        // What was here before is seen in the first look.
        come.mark_unchanged();
        loop {
            let key = match self.standing(&**model).await? {
                // What does not serve yet can't be asked, though it may have nothing to see.
                Standing::Serves(key, partitions) => {
                    let come = partitions.iter().map(|known| known.lease.checkpoint).min().unwrap_or(0);
                    let come = come.max(reached.fetch_max(come, Ordering::Relaxed));
                    if come >= position || self.nothing_is_missing(&events, come, position).await? {
                        return Ok(());
                    }
                    Some(key)
                }
                Standing::Builds(key) => {
                    if let Some(events) = self.held_back(&key).await? {
                        let (name, generation) = (model.name(), key.number);
                        return Err(WaitError::Parked { name, generation, events });
                    }
                    Some(key)
                }
                Standing::Absent => None,
            };
            if let (Some(helper), Some(key)) = (&mut helper, key) {
                helper.help(&key).await?;
            }
            select! {
                () = sleep(pause.next()) => {}
                // The worker of this process is there: its commit is worth a look.
                () = comes_to(&mut come, position) => {}
            }
        }
    }

    /// How many events keep what is being built from serving, as they are parked in it alone; `None` where none do.
    async fn held_back(&self, key: &GenerationKey) -> Result<Option<u64>, StoreError> {
        let tables = self.store.tables()?;
        let letters = tables.letters(key).await?;
        if letters.is_empty() || !are_at_rest(&letters, Utc::now()) {
            return Ok(None);
        }
        Ok(match tables.standing(key).await? {
            SwapVerdict::Parked { events } => Some(events),
            _ => None,
        })
    }

    async fn standing(&self, model: &dyn Model) -> Result<Standing, WaitError> {
        let (name, fingerprint) = (model.name(), model.fingerprint());
        let tables = self.store.tables()?;
        let generations = tables.generations(name).await?;
        let is_filled = |state| matches!(state, GenerationState::Building | GenerationState::Serving);
        let mine = generations.iter().filter(|known| known.fingerprint == *fingerprint && is_filled(known.state));
        let mut mine: Vec<_> = mine.collect();
        if mine.is_empty() && !generations.is_empty() {
            return Err(WaitError::Changed { name });
        }
        mine.sort_by_key(|known| known.state != GenerationState::Serving);
        let Some(first) = mine.first() else { return Ok(Standing::Absent) };
        let key = first.key.clone();
        if first.state == GenerationState::Building {
            return Ok(Standing::Builds(key));
        }
        let partitions = tables.checkpoints(&key.to_string()).await?;
        Ok(Standing::Serves(key, partitions))
    }

    /// Whether the log has come to a position, without an event for the read model behind another one and up to it.
    async fn nothing_is_missing(&self, events: &[&'static str], come: u64, to: u64) -> Result<bool, StoreError> {
        // First where the log ends: what is up to there can be seen.
        Ok(self.store.head().await?.position >= to && !self.concerned(events, come, to).await?)
    }

    /// Whether there is an event for the read model behind a position and up to another.
    async fn concerned(&self, events: &[&'static str], after: u64, to: u64) -> Result<bool, StoreError> {
        let query = EventQuery::log().named(events.iter().copied()).after_position(after).to_position(to).limit(1);
        let mut found = false;
        let mut take = |_: crate::event::RawEvent<'_>| {
            found = true;
            std::ops::ControlFlow::Break(())
        };
        match self.store.backend().read(&query, &mut take).await {
            // It is one, though damaged.
            Err(StoreError::CorruptEvent { .. }) => Ok(true),
            read => read.map(|()| found),
        }
    }
}
