//! Rows as they are read: columns by index, texts borrowed.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::error::BoxDynError;
use sea_orm::sqlx::postgres::{PgHasArrayType, PgRow, PgTypeInfo, PgValueRef, Postgres};
use sea_orm::sqlx::{Decode, Row, Type};

use crate::event::RawEvent;
use crate::store::{CorruptEvent, StoreError, StreamKey};

/// The columns of an event, as [`event`] expects them.
pub(super) const COLUMNS: &str = "position, tenant, stream_type, stream_id, version, event_id, name, schema_version, \
    payload, recorded_at, correlation_id, causation_id, principal, keys";

/// The row below SeaORM's.
pub(super) fn postgres(row: &QueryResult) -> Result<&PgRow, StoreError> {
    row.try_as_pg_row().ok_or(StoreError::CorruptRow { table: "cqrs_events", what: "it is not PostgreSQL's" })
}

/// The event in a row of [`COLUMNS`].
pub(super) fn event(row: &PgRow) -> Result<RawEvent<'_>, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "cqrs_events", what };
    let position = column(row, 0, "position").and_then(|position| unsigned(position, "position")).map_err(corrupt)?;
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

fn text(row: &PgRow, index: usize) -> String {
    row.try_get(index).unwrap_or_default()
}

fn event_at(position: u64, row: &PgRow) -> Result<RawEvent<'_>, &'static str> {
    Ok(RawEvent {
        position,
        tenant: column(row, 1, "tenant")?,
        stream_type: column(row, 2, "stream_type")?,
        stream_id: column(row, 3, "stream_id")?,
        version: unsigned(column(row, 4, "version")?, "version")?,
        event_id: column(row, 5, "event_id")?,
        name: column(row, 6, "name")?,
        schema_version: unsigned(column(row, 7, "schema_version")?, "schema_version")?,
        payload: column(row, 8, "payload")?,
        recorded_at: column::<Time>(row, 9, "recorded_at")?.0,
        correlation_id: column(row, 10, "correlation_id")?,
        causation_id: column(row, 11, "causation_id")?,
        principal: column(row, 12, "principal")?,
        keys: column(row, 13, "keys")?,
    })
}

/// A column, or its name where it can't be read.
pub(super) fn column<'r, T>(row: &'r PgRow, index: usize, name: &'static str) -> Result<T, &'static str>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(index).map_err(|_| name)
}

/// A number that is never negative, or the name of its column.
pub(super) fn unsigned<N: TryFrom<i64>>(number: i64, name: &'static str) -> Result<N, &'static str> {
    N::try_from(number).map_err(|_| name)
}

/// A time that was stored; the library's own decoding panics at one that chrono can't hold, such as `infinity`.
pub(super) struct Time(pub(super) DateTime<Utc>);

#[derive(Debug, thiserror::Error)]
#[error("the time is out of range")]
struct OutOfRange;

impl Type<Postgres> for Time {
    fn type_info() -> PgTypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Time {
    fn array_type_info() -> PgTypeInfo {
        <DateTime<Utc> as PgHasArrayType>::array_type_info()
    }
}

impl Decode<'_, Postgres> for Time {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        /// The first moment of the year 2000, from which the server counts.
        const EPOCH: i64 = 946_684_800_000_000;
        let micros = <i64 as Decode<Postgres>>::decode(value)?;
        let time = micros.checked_add(EPOCH).and_then(DateTime::from_timestamp_micros);
        Ok(Self(time.ok_or(OutOfRange)?))
    }
}
