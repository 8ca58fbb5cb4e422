//! An event as a row of its own: what a page can't hold, and what another program has put into the file.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteRow};
use sea_orm::sqlx::{Decode, Row, Type};

use crate::event::RawEvent;
use crate::store::{CorruptEvent, StoreError, StreamKey};

/// The event at a position.
pub(super) const BY_ITSELF: &str = "SELECT position, tenant, stream_type, stream_id, version, event_id, name, \
    schema_version, payload, recorded_at, correlation_id, causation_id, principal, keys \
    FROM cqrs_events WHERE position = $1";

/// The event in a row of [`BY_ITSELF`].
pub(super) fn event(row: &QueryResult) -> Result<RawEvent<'_>, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "cqrs_events", what };
    let row = row.try_as_sqlite_row().ok_or(corrupt("it is not SQLite's"))?;
    let position = unsigned(row, 0, "position").map_err(corrupt)?;
    event_at(position, row).map_err(|column| {
        let event = CorruptEvent {
            stream: StreamKey::new(text(row, 2), text(row, 3)).of_tenant(text(row, 1)),
            version: row.try_get(4).unwrap_or_default(),
            name: text(row, 6),
            schema_version: row.try_get(7).unwrap_or_default(),
        };
        StoreError::CorruptEvent { position, event: Some(Box::new(event)), column }
    })
}

fn event_at(position: u64, row: &SqliteRow) -> Result<RawEvent<'_>, &'static str> {
    Ok(RawEvent {
        position,
        tenant: column(row, 1, "tenant")?,
        stream_type: column(row, 2, "stream_type")?,
        stream_id: column(row, 3, "stream_id")?,
        version: unsigned(row, 4, "version")?,
        event_id: column(row, 5, "event_id")?,
        name: column(row, 6, "name")?,
        schema_version: unsigned(row, 7, "schema_version")?,
        payload: column(row, 8, "payload")?,
        recorded_at: time(row)?,
        correlation_id: column(row, 10, "correlation_id")?,
        causation_id: column(row, 11, "causation_id")?,
        principal: column(row, 12, "principal")?,
        keys: column(row, 13, "keys")?,
    })
}

/// A column, or its name where it can't be read; the library takes NULL for an empty text and for 0.
fn column<'r, T>(row: &'r SqliteRow, index: usize, name: &'static str) -> Result<T, &'static str>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    match row.try_get::<Option<T>, _>(index) {
        Ok(Some(value)) => Ok(value),
        _ => Err(name),
    }
}

fn unsigned<N: TryFrom<i64>>(row: &SqliteRow, index: usize, name: &'static str) -> Result<N, &'static str> {
    column::<i64>(row, index, name)?.try_into().map_err(|_| name)
}

fn time(row: &SqliteRow) -> Result<DateTime<Utc>, &'static str> {
    let name = "recorded_at";
    DateTime::from_timestamp_micros(column(row, 9, name)?).ok_or(name)
}

fn text(row: &SqliteRow, index: usize) -> String {
    row.try_get(index).unwrap_or_default()
}
