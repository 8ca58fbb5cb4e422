//! A page of events as one text: rows cross threads one by one, so a page travels as one row and is split here.

use std::ops::ControlFlow;
use std::str::Split;

use chrono::DateTime;
use uuid::Uuid;

use crate::event::RawEvent;
use crate::store::{Direction, StoreError};

/// Control characters stand in no JSON, and are refused in names and ids.
const BETWEEN_COLUMNS: char = '\u{1f}';
const BETWEEN_EVENTS: char = '\u{1e}';

/// An event as one text; a page joins them with `char(30)`.
pub(super) const COLUMNS: &str = "concat_ws(char(31), position, tenant, stream_type, stream_id, version, \
    hex(event_id), name, schema_version, recorded_at, hex(correlation_id), hex(causation_id), principal, keys, payload) \
    AS event";

/// What a page has shown.
pub(super) struct Shown {
    /// How many events it had.
    pub(super) events: u64,
    /// The last one's version and position.
    pub(super) last: Option<(u64, u64)>,
    /// Whether the reader wants no more.
    pub(super) ended: bool,
}

/// Hands the events of a page to `sink`; they must be in the order of `key`.
pub(super) fn split(
    page: &str,
    direction: Direction,
    key: impl Fn(&RawEvent<'_>) -> u64,
    mut sink: impl FnMut(RawEvent<'_>) -> ControlFlow<()>,
) -> Result<Shown, StoreError> {
    let mut shown = Shown { events: 0, last: None, ended: false };
    let mut previous = None;
    if page.is_empty() {
        return Ok(shown);
    }
    for text in page.split(BETWEEN_EVENTS) {
        let event = event(text)?;
        let key = key(&event);
        let in_order = match direction {
            Direction::Forwards => previous.is_none_or(|previous| previous < key),
            Direction::Backwards => previous.is_none_or(|previous| previous > key),
        };
        if !in_order {
            return Err(corrupt("a page is out of order"));
        }
        previous = Some(key);
        shown.events += 1;
        shown.last = Some((event.version, event.position));
        if sink(event).is_break() {
            shown.ended = true;
            break;
        }
    }
    Ok(shown)
}

fn event(text: &str) -> Result<RawEvent<'_>, StoreError> {
    let mut columns = text.split(BETWEEN_COLUMNS);
    let event = RawEvent {
        position: number(&mut columns, "position")?,
        tenant: column(&mut columns)?,
        stream_type: column(&mut columns)?,
        stream_id: column(&mut columns)?,
        version: number(&mut columns, "version")?,
        event_id: uuid(&mut columns, "event_id")?,
        name: column(&mut columns)?,
        schema_version: number(&mut columns, "schema_version")?,
        recorded_at: DateTime::from_timestamp_micros(number(&mut columns, "recorded_at")?)
            .ok_or_else(|| corrupt("recorded_at"))?,
        correlation_id: uuid(&mut columns, "correlation_id")?,
        causation_id: uuid(&mut columns, "causation_id")?,
        principal: column(&mut columns)?,
        keys: column(&mut columns)?,
        payload: column(&mut columns)?,
    };
    if columns.next().is_some() { Err(corrupt("a text has a control character")) } else { Ok(event) }
}

fn column<'a>(columns: &mut Split<'a, char>) -> Result<&'a str, StoreError> {
    columns.next().ok_or_else(|| corrupt("a text has a control character"))
}

fn number<N: std::str::FromStr>(columns: &mut Split<'_, char>, what: &'static str) -> Result<N, StoreError> {
    column(columns)?.parse().map_err(|_| corrupt(what))
}

fn uuid(columns: &mut Split<'_, char>, what: &'static str) -> Result<Uuid, StoreError> {
    Uuid::try_parse(column(columns)?).map_err(|_| corrupt(what))
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_events", what }
}
