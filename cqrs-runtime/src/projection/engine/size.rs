//! How much is projected at once: less while the database refuses what is written.

use std::collections::BTreeMap;

use super::super::fold::Prepared;
use super::super::target::{Sink, Target};
use super::EngineError;
use super::worker::Worker;
use crate::store::{BatchKind, StoreError, Unstorable};

/// How often an event is tried alone that goes over a limit of the server.
const PATIENCE: u32 = 5;

/// What a batch is held to.
#[derive(Clone, Debug, Default)]
pub(super) struct Size {
    /// How many events, where that is fewer than usual.
    most: Option<usize>,
    /// How often each event alone went over a limit, by its position.
    tries: BTreeMap<u64, u32>,
}

impl<T: Target> Worker<T> {
    /// What batches of a kind are held to. Each has its own: what is retried by turns with what goes well would never come to
    /// be tried alone.
    fn size(&mut self, kind: BatchKind) -> &mut Size {
        match kind {
            BatchKind::Forward => &mut self.sizes.0,
            BatchKind::Retry => &mut self.sizes.1,
        }
    }

    /// How many events, and how many bytes of payload, are projected at once.
    pub(super) fn limit(&self, kind: BatchKind) -> (usize, usize) {
        let Size { most: fewer, .. } = if kind == BatchKind::Forward { &self.sizes.0 } else { &self.sizes.1 };
        let most = self.options.batch_events.clamp(1, T::MOST_EVENTS);
        (fewer.map_or(most, |fewer| fewer.min(most)), self.options.batch_bytes)
    }

    /// Notes that a batch was written: the next may be larger.
    pub(super) fn grow(&mut self, kind: BatchKind, written: &[Prepared<T>]) {
        let most = self.options.batch_events;
        let size = self.size(kind);
        size.most = size.most.map(|fewer| fewer.saturating_mul(2)).filter(|larger| *larger < most);
        for event in written {
            size.tries.remove(&event.position);
        }
    }

    /// Lets the next batch be smaller where the database has refused one; of an event alone, its position and why it can't be
    /// written. Other errors are given back.
    pub(super) fn shrink(
        &mut self,
        kind: BatchKind,
        error: EngineError,
        events: &[Prepared<T>],
    ) -> Result<Option<(u64, Unstorable)>, EngineError> {
        let why = match &error {
            EngineError::Store(StoreError::Unstorable { why, .. }) => why.clone(),
            EngineError::Store(StoreError::OverLimit(_)) => Unstorable::OverLimit,
            _ => return Err(error),
        };
        let (read_model, events_at_once) = (T::name(), events.len());
        tracing::debug!(read_model, events_at_once, %why, "the database refuses a batch");
        // Nothing of it is written.
        self.sink.forget();
        match events {
            [] => Err(error),
            [event] => {
                let tries = self.size(kind).tries.entry(event.position).or_default();
                *tries += 1;
                if why == Unstorable::OverLimit && *tries < PATIENCE {
                    return Err(error);
                }
                self.size(kind).tries.remove(&event.position);
                Ok(Some((event.position, why)))
            }
            more => {
                self.size(kind).most = Some(more.len() / 2);
                Ok(None)
            }
        }
    }
}
