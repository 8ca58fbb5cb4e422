//! Reading a query page by page.

use std::ops::ControlFlow;
use std::sync::Arc;

use uuid::Uuid;

use super::{Backend, Direction, EventQuery, StoreError, StoredEvent};
use crate::event::RawEvent;

/// Which event a place in the log is; in the order of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventPosition {
    pub(crate) position: u64,
    /// Its place in the stream.
    pub(crate) version: u64,
    pub(crate) event_id: Uuid,
}

impl EventPosition {
    pub(crate) fn of(event: &RawEvent<'_>) -> Self {
        Self { position: event.position, version: event.version, event_id: event.event_id }
    }
}

/// The events of `query`, all at once, up to the one with which their payloads have so many bytes; where an error has
/// ended the reading, those before it.
pub(super) async fn page(
    backend: &dyn Backend,
    query: &EventQuery,
    bytes: usize,
) -> (Vec<StoredEvent>, Result<(), StoreError>) {
    let (mut page, mut left) = (Vec::new(), bytes);
    let mut keep = |event: RawEvent<'_>| {
        left = left.saturating_sub(event.payload.len());
        page.push(StoredEvent::from(event));
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let read = backend.read(query, &mut keep).await;
    (page, read)
}

/// What is left to read.
pub(super) struct Pages {
    backend: Arc<dyn Backend>,
    query: Option<EventQuery>,
    /// How many events are read at once, and up to how many bytes of payloads.
    size: (u64, usize),
    /// What ended the last page before it was full.
    failed: Option<StoreError>,
}

impl Pages {
    pub(super) fn of(backend: Arc<dyn Backend>, query: EventQuery, size: (u64, usize)) -> Self {
        Self { backend, query: Some(query), size, failed: None }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        let Some(mut query) = self.query.take() else { return self.failed.take().map_or(Ok(None), Err) };
        let wanted = query.limit.unwrap_or(u64::MAX);
        let (most, bytes) = self.size;
        query.limit = Some(wanted.min(most));
        let (page, read) = page(&*self.backend, &query, bytes).await;
        if let Err(error) = read {
            self.failed = Some(error);
            return Ok(Some(page));
        }
        let left = wanted - page.len() as u64;
        let is_full = page.len() as u64 == most || page.iter().map(|event| event.payload.len()).sum::<usize>() >= bytes;
        if let Some(last) = page.last().filter(|_| is_full && left > 0) {
            match (query.direction, &query.stream) {
                (Direction::Forwards, None) => query.after_position = Some(last.position),
                (Direction::Backwards, None) => query.to_position = Some(last.position - 1),
                (Direction::Forwards, Some(_)) => query.from_version = Some(last.version + 1),
                (Direction::Backwards, Some(_)) => query.to_version = Some(last.version - 1),
            }
            query.limit = Some(left);
            self.query = Some(query);
        }
        Ok(Some(page))
    }
}
