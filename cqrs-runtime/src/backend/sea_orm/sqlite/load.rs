//! Loading a stream: a usable snapshot and the first page of the events after it, in one statement.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use chrono::DateTime;
use sea_orm::{DatabaseConnection, QueryResult, Value};

use super::super::PAGE;
use super::super::filter::signed;
use super::super::statement::one;
use super::page::{self, COLUMNS, PAGE_OF, Reading};
use super::read;
use crate::event::RawEvent;
use crate::store::{Direction, EventQuery, LoadQuery, LoadSink, StoreError, StoredSnapshot, Until};

/// Without a usable snapshot, its columns are NULL.
static LOAD: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH snapshot AS MATERIALIZED (
            SELECT version, position, recorded_at, payload, checksum FROM cqrs_snapshots s
            WHERE tenant = $1 AND stream_type = $2 AND stream_id = $3 AND fingerprint = $4 AND state_version = $5
                AND version <= $6 AND recorded_at <= $7 AND position <= $8
                AND EXISTS (SELECT 1 FROM cqrs_events e WHERE e.tenant = $1 AND e.stream_type = $2
                    AND e.stream_id = $3 AND e.version = s.version AND e.event_id = s.event_id))
        SELECT page.*, s.version, s.position, s.recorded_at, s.payload, s.checksum
        FROM (SELECT {PAGE_OF} FROM (
                SELECT {COLUMNS} FROM cqrs_events
                WHERE tenant = $1 AND stream_type = $2 AND stream_id = $3 AND version <= $6
                    AND version > coalesce((SELECT version FROM snapshot), 0)
                ORDER BY version LIMIT $9)) page
            LEFT JOIN snapshot s"
    )
});

/// Hands a usable snapshot and the events after it to `sink`.
pub(super) async fn load(
    connection: &DatabaseConnection,
    query: &LoadQuery,
    sink: &mut dyn LoadSink,
) -> Result<(), StoreError> {
    let Some(row) = one(connection, &LOAD, parameters(query)).await? else { return Ok(()) };
    if hand_over_snapshot(&row, sink).is_break() {
        return Ok(());
    }
    let mut within = |event: RawEvent<'_>| {
        let included = query.until.includes(event.version, event.recorded_at, event.position);
        if included { sink.event(event) } else { ControlFlow::Break(()) }
    };
    // Where the page does not separate, the events are read as others are.
    let mut last = row.try_get_by_index::<Option<i64>>(2)?.and_then(|version| version.try_into().ok());
    if let Some(text) = page::text(&row, 0) {
        let mut reading = Reading::new(connection, Direction::Forwards, |event| event.version, &mut within);
        reading.page(text).await?;
        if reading.ended || reading.events < PAGE {
            return Ok(());
        }
        last = reading.last;
    }
    let mut rest = EventQuery::stream(query.stream.clone()).from_version(last.unwrap_or(0) + 1);
    rest.to_version = to_version(query.until);
    read::read(connection, &rest, &mut within).await
}

fn to_version(until: Until) -> Option<u64> {
    if let Until::Version(version) = until { Some(version) } else { None }
}

fn parameters(query: &LoadQuery) -> [Value; 9] {
    let (mut version, mut time, mut position) = (i64::MAX, i64::MAX, i64::MAX);
    match query.until {
        Until::Head => {}
        Until::Version(last) => version = signed(last),
        Until::Time(last) => time = last.timestamp_micros(),
        Until::Position(last) => position = signed(last),
    }
    [
        query.stream.tenant.as_str().into(),
        query.stream.stream_type.as_ref().into(),
        query.stream.id.as_str().into(),
        query.snapshot.map(|filter| filter.fingerprint.cast_signed()).into(),
        query.snapshot.map(|filter| i64::from(filter.state_version)).into(),
        version.into(),
        time.into(),
        position.into(),
        signed(PAGE).into(),
    ]
}

fn hand_over_snapshot(row: &QueryResult, sink: &mut dyn LoadSink) -> ControlFlow<()> {
    if let Ok(None) = row.try_get_by_index::<Option<i64>>(2) {
        return ControlFlow::Continue(());
    }
    let payload = row.try_get_by_index::<String>(5);
    let Some(snapshot) = payload.as_ref().ok().and_then(|payload| snapshot(row, payload)) else {
        sink.damaged_snapshot();
        return ControlFlow::Break(());
    };
    sink.snapshot(snapshot)
}

/// `None` where a column holds what it can't have been given.
fn snapshot<'a>(row: &QueryResult, payload: &'a str) -> Option<StoredSnapshot<'a>> {
    let number = |index| row.try_get_by_index::<i64>(index).ok();
    Some(StoredSnapshot {
        version: number(2)?.try_into().ok()?,
        position: number(3)?.try_into().ok()?,
        recorded_at: DateTime::from_timestamp_micros(number(4)?)?,
        payload,
        checksum: number(6)?.try_into().ok()?,
    })
}
