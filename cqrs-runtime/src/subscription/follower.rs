//! Reading on behind what has been seen.

use tokio::select;
use tokio::sync::OwnedSemaphorePermit;

use super::outage::Outage;
use crate::store::{Cursor, Direction, EventPosition, EventQuery, EventStore, StoreError, StoredEvent, StreamHints};

/// How much is read at once by one who follows events or rows; one event always is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadAhead {
    events: u64,
    /// Of payloads, or of rows; what goes beyond them is the last event.
    bytes: usize,
    /// Of a read model.
    rows: usize,
    /// Whether it waits for its turn, so that commands and queries find connections however many follow.
    in_turn: bool,
}

impl ReadAhead {
    /// For those who take events as fast as they can.
    pub(crate) const PAGE: Self = Self { events: EventStore::PAGE, bytes: 16 << 20, rows: 1_000, in_turn: false };
    /// For many who may take none for long: what was read and not taken is in memory meanwhile.
    pub(crate) const LITTLE: Self = Self { events: 8, bytes: 64 << 10, rows: 64, in_turn: true };

    /// How many rows are read while it is not known how large they are.
    pub(crate) fn rows_at_first(self) -> usize {
        self.rows.min(Self::OF_UNKNOWN_SIZE)
    }

    /// How many rows are read behind so many that had so many bytes: as many as are not too large, if they are like those.
    pub(crate) fn rows_behind(self, rows: usize, bytes: usize) -> usize {
        let few_enough = self.bytes.saturating_mul(rows).checked_div(bytes).unwrap_or_default();
        if rows == 0 { self.rows_at_first() } else { few_enough.clamp(1, self.rows) }
    }

    const OF_UNKNOWN_SIZE: usize = 8;

    /// Waits for its turn, where it takes turns: no more than a few read at the same time, as long as they hold theirs.
    pub(crate) async fn turn(self, store: &EventStore) -> Option<OwnedSemaphorePermit> {
        if self.in_turn { store.turn().await } else { None }
    }
}

/// Follows a query over a growing log, page by page.
pub(super) struct Follower {
    store: EventStore,
    /// What is left to read.
    query: EventQuery,
    /// The event up to which all that the query wants has been seen; as long as it is there, the log is the same.
    seen: Option<EventPosition>,
    /// Made at the first end of the log: until then nothing is waited for.
    hints: Option<StreamHints>,
    caught_up: bool,
    ahead: ReadAhead,
}

impl Follower {
    pub(super) fn new(store: EventStore, query: EventQuery) -> Self {
        let query = EventQuery { direction: Direction::Forwards, ..query };
        Self { store, query, seen: None, hints: None, caught_up: false, ahead: ReadAhead::PAGE }
    }

    pub(super) fn reading(self, ahead: ReadAhead) -> Self {
        Self { ahead, ..self }
    }

    pub(super) fn behind(mut self, cursor: Cursor) -> Self {
        self.query.after_position = self.query.after_position.max(Some(cursor.position));
        if cursor.position > 0 {
            self.seen = Some(EventPosition { position: cursor.position, version: 0, event_id: cursor.event_id });
        }
        self
    }

    /// The event up to which all that the query wants has been given.
    pub(super) fn seen(&self) -> Option<EventPosition> {
        self.seen
    }

    /// The next page, which has an event at least; `None` where no further one can come.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        let mut outage = Outage::default();
        while !self.is_complete() {
            if self.store.is_closed() {
                return Err(StoreError::Closed);
            }
            match self.step().await {
                Ok(page) if !page.is_empty() => return Ok(Some(page)),
                Ok(_) => outage = Outage::default(),
                Err(error) if error.is_retryable() => select! {
                    () = outage.wait(&error) => {}
                    () = self.store.closed() => {}
                },
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Waits until there may be more to read, and reads it: perhaps nothing.
    pub(super) async fn step(&mut self) -> Result<Vec<StoredEvent>, StoreError> {
        self.wait().await?;
        self.page().await
    }

    fn is_complete(&self) -> bool {
        let EventQuery { limit, from_version, to_version, after_position, to_position, .. } = self.query;
        let behind = |last: Option<u64>, end: Option<u64>| end.is_some_and(|end| last.is_some_and(|last| last >= end));
        limit == Some(0)
            || behind(after_position, to_position)
            || behind(from_version.map(|from| from.saturating_sub(1)), to_version)
    }

    /// At the end of the log, waits until there may be more.
    async fn wait(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.caught_up) {
            return Ok(());
        }
        match &mut self.hints {
            Some(hints) => hints.next().await,
            // What was appended before they were made is not hinted: it has to be looked for.
            none => {
                *none = Some(self.store.stream_hints(self.query.stream.clone()));
                Ok(())
            }
        }
    }

    /// Reads a page behind what has been seen.
    async fn page(&mut self) -> Result<Vec<StoredEvent>, StoreError> {
        let size = self.query.limit.unwrap_or(u64::MAX).min(self.ahead.events);
        let query = EventQuery { limit: Some(size), ..self.query.clone() };
        let read = read(self.store.clone(), query, self.seen, self.ahead);
        let Page { events, end, caught_up } = self.store.detached(read).await?;
        self.caught_up = caught_up;
        self.query.limit = self.query.limit.map(|left| left - events.len() as u64);
        let last = events.last().map(|event| EventPosition::of(&event.as_raw()));
        self.go_behind(if caught_up { end.max(last) } else { last });
        Ok(events)
    }

    fn go_behind(&mut self, last: Option<EventPosition>) {
        let Some(last) = last.filter(|last| self.seen.is_none_or(|seen| last.position > seen.position)) else { return };
        self.seen = Some(last);
        self.query.after_position = self.query.after_position.max(Some(last.position));
        if self.query.stream.is_some() {
            self.query.from_version = self.query.from_version.max(Some(last.version + 1));
        }
    }
}

/// What is read at once.
struct Page {
    events: Vec<StoredEvent>,
    /// Where the log, or the stream, ended before.
    end: Option<EventPosition>,
    /// Whether it goes to that end at least.
    caught_up: bool,
}

async fn read(
    store: EventStore,
    query: EventQuery,
    seen: Option<EventPosition>,
    ahead: ReadAhead,
) -> Result<Page, StoreError> {
    let _turn = ahead.turn(&store).await;
    // Before the events: what is appended between the two may be missing from them.
    let end = match store.last_event(query.stream.as_ref()).await {
        Err(error) if error.is_retryable() => return Err(error),
        // An event that can't be read concerns those who want it.
        end => end.unwrap_or_default(),
    };
    if end.is_some() && end == seen {
        // Most hints are of other streams: nothing has come, and the log is the same.
        return Ok(Page { events: Vec::new(), end, caught_up: true });
    }
    let (events, read) = store.page(&query, ahead.bytes).await;
    let is_full = events.iter().map(|event| event.payload.len()).sum::<usize>() >= ahead.bytes;
    // An error comes again where it has happened, when what was read before it has been taken.
    let caught_up = read.is_ok() && !is_full && query.limit.is_none_or(|limit| (events.len() as u64) < limit);
    if events.is_empty() {
        read?;
    }
    // Behind the events: they are of this log, or of one that the log has become since.
    if let Some(EventPosition { position, event_id, .. }) = seen {
        store.check_event(position, event_id).await?;
    }
    Ok(Page { events, end, caught_up })
}
