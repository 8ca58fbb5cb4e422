//! Waiting until a read model has come as far as a position.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{ReadModels, StoreError};
use crate::store::{EventQuery, GenerationState};

/// How long is waited between two looks, where nothing tells that there is something new to see.
const PAUSE: Duration = Duration::from_millis(10);

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
    },
    /// Nobody has tried the letters of a sequence in time.
    #[error("{letters} parked events of `{name}` have not been tried in time")]
    Unsettled {
        /// The read model.
        name: String,
        /// How many letters the sequence has.
        letters: usize,
    },
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
}

impl ReadModels {
    /// Waits until a read model serves and has seen all events up to `position`, whichever process projects them.
    ///
    /// # Errors
    /// [`WaitError::Behind`] where that takes longer than `limit`; it says how far the read model has come.
    pub async fn wait_for(&self, name: &str, position: u64, limit: Duration) -> Result<(), WaitError> {
        let model = self.model(name).ok_or_else(|| WaitError::NotListed { name: name.to_owned() })?;
        let (name, events) = (model.table().name, model.events());
        let deadline = Instant::now() + limit;
        let mut reached = 0;
        let waiting = async {
            loop {
                // What does not serve yet can't be asked, though it may have nothing to see.
                if let Some(come) = self.position(name, &model.source().fingerprint).await? {
                    reached = come.max(reached);
                    if reached >= position || !self.concerned(&events, reached, position).await? {
                        return Ok::<_, StoreError>(());
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match timeout_at(deadline, waiting).await {
            Ok(waited) => Ok(waited?),
            Err(_) => Err(WaitError::Behind { name, reached, wanted: position }),
        }
    }

    /// How far all partitions of what serves have come; `None` where nothing does.
    async fn position(&self, name: &str, fingerprint: &str) -> Result<Option<u64>, StoreError> {
        let tables = self.store.tables()?;
        let generations = tables.generations(name).await?;
        let serves = |state| state == GenerationState::Serving;
        let serving = generations.iter().find(|known| known.fingerprint == fingerprint && serves(known.state));
        let Some(serving) = serving else { return Ok(None) };
        let checkpoints = tables.checkpoints(&serving.key.to_string()).await?;
        Ok(Some(checkpoints.iter().map(|known| known.lease.checkpoint).min().unwrap_or(0)))
    }

    /// Whether there is an event for the read model behind a position and up to another.
    async fn concerned(&self, events: &[&'static str], after: u64, to: u64) -> Result<bool, StoreError> {
        let query = EventQuery::log().named(events.iter().copied()).after_position(after).to_position(to).limit(1);
        let mut found = false;
        let mut take = |_: crate::event::RawEvent<'_>| {
            found = true;
            std::ops::ControlFlow::Break(())
        };
        self.store.backend().read(&query, &mut take).await?;
        Ok(found)
    }
}
