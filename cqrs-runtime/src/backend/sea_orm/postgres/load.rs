//! Loading a stream: a usable snapshot and the first page of the events after it, in one statement.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use sea_orm::Value;
use sea_orm::sqlx::postgres::PgRow;

use super::super::filter::signed;
use super::super::statement::all;
use super::super::{PAGE, PAGE_BYTES};
use super::pool::Pool;
use super::read;
use super::row::{self, COLUMNS, Time, column, unsigned};
use crate::event::RawEvent;
use crate::store::{EventQuery, LoadQuery, LoadSink, StoreError, StoredSnapshot, Until};

/// The snapshot has the shape of an event: with its checksum for a schema version, and an empty name.
static LOAD: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH snapshot AS MATERIALIZED (
        SELECT s.position, s.version, s.event_id, s.checksum, s.payload, s.recorded_at FROM cqrs_snapshots s
        WHERE s.tenant = $1 AND s.stream_type = $2 AND s.stream_id = $3 AND s.fingerprint = $4 AND s.state_version = $5
            AND s.version <= $6 AND ($7::timestamptz IS NULL OR s.recorded_at <= $7) AND s.position <= $8
            AND EXISTS (SELECT FROM cqrs_events e WHERE e.tenant = $1 AND e.stream_type = $2 AND e.stream_id = $3
                AND e.version = s.version AND e.event_id = s.event_id))
    SELECT * FROM (
        SELECT position, '' AS tenant, '' AS stream_type, '' AS stream_id, version, event_id, '' AS name,
            checksum AS schema_version, payload, recorded_at, event_id AS correlation_id, event_id AS causation_id,
            '' AS principal, '' AS keys, true AS is_snapshot, 0 AS bytes
        FROM snapshot
        UNION ALL
        SELECT {COLUMNS}, false, bytes
        FROM (
            SELECT {COLUMNS}, sum(octet_length(payload)) OVER (ORDER BY version ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (
                SELECT {COLUMNS} FROM cqrs_events
                WHERE tenant = $1 AND stream_type = $2 AND stream_id = $3 AND version <= $6
                    AND version > coalesce((SELECT version FROM snapshot), 0)
                ORDER BY version LIMIT $9) page) page
        WHERE bytes - octet_length(payload) < {PAGE_BYTES}) stream
    ORDER BY version"
    )
});

/// Hands a usable snapshot and the events after it to `sink`.
pub(super) async fn load(connection: &Pool, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
    let rows = all(connection, &LOAD, parameters(query)).await?;
    let (mut events, mut last, mut bytes) = (0, 0, 0);
    for row in &rows {
        let row = row::postgres(row)?;
        let is_snapshot = column(row, 14, "is_snapshot").map_err(corrupt)?;
        let flow = if is_snapshot {
            hand_over_snapshot(row, sink)
        } else {
            let event = row::event(row)?;
            (events, last, bytes) = (events + 1, event.version, column(row, 15, "bytes").map_err(corrupt)?);
            hand_over(query.until, event, sink)
        };
        if flow.is_break() {
            return Ok(());
        }
    }
    if events < PAGE && bytes < PAGE_BYTES {
        return Ok(());
    }
    let mut rest = EventQuery::stream(query.stream.clone()).from_version(last + 1);
    rest.to_version = if let Until::Version(version) = query.until { Some(version) } else { None };
    read::read(connection, &rest, &mut |event| hand_over(query.until, event, sink)).await
}

fn parameters(query: &LoadQuery) -> [Value; 9] {
    let (mut version, mut time, mut position) = (i64::MAX, None, i64::MAX);
    match query.until {
        Until::Head => {}
        Until::Version(last) => version = signed(last),
        Until::Time(last) => time = Some(last),
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

fn hand_over(until: Until, event: RawEvent<'_>, sink: &mut dyn LoadSink) -> ControlFlow<()> {
    let included = until.includes(event.version, event.recorded_at, event.position);
    if included { sink.event(event) } else { ControlFlow::Break(()) }
}

fn hand_over_snapshot(row: &PgRow, sink: &mut dyn LoadSink) -> ControlFlow<()> {
    let Ok(snapshot) = snapshot(row) else {
        sink.damaged_snapshot();
        return ControlFlow::Break(());
    };
    sink.snapshot(snapshot)
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_events", what }
}

fn snapshot(row: &PgRow) -> Result<StoredSnapshot<'_>, &'static str> {
    Ok(StoredSnapshot {
        position: unsigned(column(row, 0, "position")?, "position")?,
        version: unsigned(column(row, 4, "version")?, "version")?,
        checksum: unsigned(column(row, 7, "checksum")?, "checksum")?,
        payload: column(row, 8, "payload")?,
        recorded_at: column::<Time>(row, 9, "recorded_at")?.0,
    })
}
