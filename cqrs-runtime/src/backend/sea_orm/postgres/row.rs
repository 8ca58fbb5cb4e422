//! Rows as they are read: columns by index, texts borrowed.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::postgres::{PgRow, Postgres};
use sea_orm::sqlx::{Decode, Row, Type};

use crate::event::RawEvent;
use crate::store::StoreError;

/// The columns of an event, as [`event`] expects them.
pub(super) const COLUMNS: &str = "position, tenant, stream_type, stream_id, version, event_id, name, schema_version, \
    payload, recorded_at, correlation_id, causation_id, principal, keys";

/// The row below SeaORM's.
pub(super) fn postgres(row: &QueryResult) -> Result<&PgRow, StoreError> {
    row.try_as_pg_row().ok_or(StoreError::CorruptRow { table: "cqrs_events", what: "it is not PostgreSQL's" })
}

/// The event in a row of [`COLUMNS`].
pub(super) fn event(row: &PgRow) -> Result<RawEvent<'_>, StoreError> {
    Ok(RawEvent {
        position: unsigned(column(row, 0, "position")?, "position")?,
        tenant: column(row, 1, "tenant")?,
        stream_type: column(row, 2, "stream_type")?,
        stream_id: column(row, 3, "stream_id")?,
        version: unsigned(column(row, 4, "version")?, "version")?,
        event_id: column(row, 5, "event_id")?,
        name: column(row, 6, "name")?,
        schema_version: unsigned(column(row, 7, "schema_version")?, "schema_version")?,
        payload: column(row, 8, "payload")?,
        recorded_at: column::<DateTime<Utc>>(row, 9, "recorded_at")?,
        correlation_id: column(row, 10, "correlation_id")?,
        causation_id: column(row, 11, "causation_id")?,
        principal: column(row, 12, "principal")?,
        keys: column(row, 13, "keys")?,
    })
}

/// A column of an event.
pub(super) fn column<'r, T>(row: &'r PgRow, index: usize, what: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(index).map_err(|_| corrupt(what))
}

/// A number that is never negative.
pub(super) fn unsigned<N: TryFrom<i64>>(number: i64, what: &'static str) -> Result<N, StoreError> {
    N::try_from(number).map_err(|_| corrupt(what))
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_events", what }
}
