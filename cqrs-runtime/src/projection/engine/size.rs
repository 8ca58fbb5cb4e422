//! How much is projected at once: less while the database refuses what is written.

use super::super::Projection;
use super::super::fold::Prepared;
use super::EngineError;
use super::worker::Worker;
use crate::store::{StoreError, Unstorable};

/// How often an event is tried alone that goes over a limit of the server.
const PATIENCE: u32 = 5;

/// What a batch is held to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// How many events, where that is fewer than usual.
    most: Option<usize>,
    /// How often one event alone went over a limit.
    tries: u32,
}

impl<M: Projection> Worker<M> {
    /// How many events, and how many bytes of payload, are projected at once.
    pub(super) fn limit(&self) -> (usize, usize) {
        let most = self.options.batch_events.max(1);
        (self.size.most.map_or(most, |fewer| fewer.min(most)), self.options.batch_bytes)
    }

    /// Notes that a batch was written: the next may be larger.
    pub(super) fn grow(&mut self) {
        let larger = self.size.most.map(|fewer| fewer.saturating_mul(2));
        self.size = Size { most: larger.filter(|larger| *larger < self.options.batch_events), tries: 0 };
    }

    /// Lets the next batch be smaller where the database has refused one; of an event alone, its position and why it can't be
    /// written. Other errors are given back.
    pub(super) fn shrink(
        &mut self,
        error: EngineError,
        events: &[Prepared<M>],
    ) -> Result<Option<(u64, Unstorable)>, EngineError> {
        let why = match &error {
            EngineError::Store(StoreError::Unstorable { why, .. }) => why.clone(),
            EngineError::Store(StoreError::OverLimit(_)) => Unstorable::OverLimit,
            _ => return Err(error),
        };
        let (read_model, events_at_once) = (M::TABLE.name, events.len());
        tracing::debug!(read_model, events_at_once, %why, "the database refuses a batch");
        // Nothing of it is written.
        self.folder.forget();
        match events {
            [] => Err(error),
            [event] => {
                self.size.tries += 1;
                if why == Unstorable::OverLimit && self.size.tries < PATIENCE {
                    return Err(error);
                }
                self.size.tries = 0;
                Ok(Some((event.position, why)))
            }
            more => {
                self.size = Size { most: Some(more.len() / 2), tries: 0 };
                Ok(None)
            }
        }
    }
}
