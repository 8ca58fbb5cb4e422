//! A page of events as one text: rows cross threads one by one, so a page travels as one row and is split here. What
//! does not come out of a page is read by itself.

use std::str::{FromStr, Split};

use chrono::DateTime;
use sea_orm::sqlx::Row;
use sea_orm::{DatabaseConnection, QueryResult};
use uuid::Uuid;

use super::super::statement::one;
use super::row::{self, BY_ITSELF};
use crate::event::RawEvent;
use crate::store::{Direction, EventSink, StoreError};

/// Control characters stand in no JSON, and are refused in names and ids.
const BETWEEN_COLUMNS: char = '\u{1f}';
const BETWEEN_EVENTS: char = '\u{1e}';

/// An event as one text. A long payload is left out, its length alone is looked at.
pub(super) const COLUMNS: &str = "position, concat_ws(char(31), position, tenant, stream_type, stream_id, version, \
    hex(event_id), name, schema_version, recorded_at, hex(correlation_id), hex(causation_id), principal, keys, \
    iif(octet_length(payload) <= 16384, payload, NULL)) AS event";

/// The text of a page and how many events it has; of an event that is too long, it has the position. So a page of
/// 1,000 events has 16 MiB at most.
pub(super) const PAGE_OF: &str = "group_concat(iif(octet_length(event) <= 16384, event, position), char(30)), count(*)";

/// The text in a column, if it separates into as many events as the next column says; otherwise, one of them holds
/// what separates them, or no text.
pub(super) fn text(row: &QueryResult, column: usize) -> Option<&str> {
    let row = row.try_as_sqlite_row()?;
    let text: &str = row.try_get::<Option<&str>, _>(column).ok()?.unwrap_or_default();
    let separators = text.bytes().filter(|byte| char::from(*byte) == BETWEEN_EVENTS).count();
    let events = if text.is_empty() { 0 } else { separators + 1 };
    let counted: i64 = row.try_get(column + 1).ok()?;
    (i64::try_from(events) == Ok(counted)).then_some(text)
}

/// A reader of events and how far it has come.
pub(super) struct Reading<'r> {
    connection: &'r DatabaseConnection,
    direction: Direction,
    /// What the events are ordered by.
    key: fn(&RawEvent<'_>) -> u64,
    sink: EventSink<'r>,
    /// How many events it has been given.
    pub(super) events: u64,
    /// The key of the last one.
    pub(super) last: Option<u64>,
    /// Whether it wants no more.
    pub(super) ended: bool,
}

impl<'r> Reading<'r> {
    pub(super) fn new(
        connection: &'r DatabaseConnection,
        direction: Direction,
        key: fn(&RawEvent<'_>) -> u64,
        sink: EventSink<'r>,
    ) -> Self {
        Self { connection, direction, key, sink, events: 0, last: None, ended: false }
    }

    /// Hands on the events of a page.
    pub(super) async fn page(&mut self, text: &str) -> Result<(), StoreError> {
        for text in text.split(BETWEEN_EVENTS).filter(|text| !text.is_empty()) {
            if self.ended {
                break;
            }
            match event(text) {
                Some(event) => self.hand_on(event)?,
                None => self.by_itself(position(text)?).await?,
            }
        }
        Ok(())
    }

    /// Hands on the event at `position`.
    pub(super) async fn by_itself(&mut self, position: i64) -> Result<(), StoreError> {
        let row = one(self.connection, BY_ITSELF, [position.into()]).await?;
        let row = row.ok_or_else(|| corrupt("an event has gone while it was read"))?;
        self.hand_on(row::event(&row)?)
    }

    fn hand_on(&mut self, event: RawEvent<'_>) -> Result<(), StoreError> {
        let key = (self.key)(&event);
        let in_order = match self.direction {
            Direction::Forwards => self.last.is_none_or(|last| last < key),
            Direction::Backwards => self.last.is_none_or(|last| last > key),
        };
        if !in_order {
            return Err(corrupt("a page is out of order"));
        }
        self.events += 1;
        self.last = Some(key);
        self.ended = (self.sink)(event).is_break();
        Ok(())
    }
}

/// The event of a text; `None` where a column is missing, one too many, or not of its type.
fn event(text: &str) -> Option<RawEvent<'_>> {
    let mut columns = text.split(BETWEEN_COLUMNS);
    let event = RawEvent {
        position: parsed(&mut columns)?,
        tenant: columns.next()?,
        stream_type: columns.next()?,
        stream_id: columns.next()?,
        version: parsed(&mut columns)?,
        event_id: uuid(&mut columns)?,
        name: columns.next()?,
        schema_version: parsed(&mut columns)?,
        recorded_at: DateTime::from_timestamp_micros(parsed(&mut columns)?)?,
        correlation_id: uuid(&mut columns)?,
        causation_id: uuid(&mut columns)?,
        principal: columns.next()?,
        keys: columns.next()?,
        payload: columns.next()?,
    };
    columns.next().is_none().then_some(event)
}

fn parsed<N: FromStr>(columns: &mut Split<'_, char>) -> Option<N> {
    columns.next()?.parse().ok()
}

fn uuid(columns: &mut Split<'_, char>) -> Option<Uuid> {
    Uuid::try_parse(columns.next()?).ok()
}

/// The position of an event that is to be read by itself: its first column, in which nothing else can stand.
fn position(text: &str) -> Result<i64, StoreError> {
    parsed(&mut text.split(BETWEEN_COLUMNS)).ok_or_else(|| corrupt("position"))
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_events", what }
}
