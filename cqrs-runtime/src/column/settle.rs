//! Bringing a value to what the database gives back: so it does not matter whether a row was kept in memory or read again.

use std::any::Any;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ColumnError, ColumnType, Numbers, RowWriter, read_rows};
use crate::value::Value;

/// Leaves of a value what its column holds: times in microseconds, decimals without superfluous zeros.
///
/// # Errors
/// When the value can't stand in its column.
pub fn settle<T: Value + Serialize + DeserializeOwned + 'static>(value: &mut T) -> Result<(), ColumnError> {
    let rounds = |ty| matches!(ty, ColumnType::Time | ColumnType::Decimal);
    if !T::COLUMN.parts.iter().any(|part| rounds(part.ty)) {
        return Ok(());
    }
    let known: &mut dyn Any = value;
    if let Some(time) = known.downcast_mut::<DateTime<Utc>>() {
        *time = in_microseconds(*time);
    } else if let Some(time) = known.downcast_mut::<Option<DateTime<Utc>>>() {
        *time = time.map(in_microseconds);
    } else if let Some(decimal) = known.downcast_mut::<Decimal>() {
        *decimal = decimal.normalize();
    } else if let Some(decimal) = known.downcast_mut::<Option<Decimal>>() {
        *decimal = decimal.map(|decimal| decimal.normalize());
    } else {
        *value = written_and_read(value)?;
    }
    Ok(())
}

/// A leap second, too, as the number of microseconds says it: within the second after it.
fn in_microseconds(time: DateTime<Utc>) -> DateTime<Utc> {
    // What was counted from a time is one.
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

fn written_and_read<T: Value + Serialize + DeserializeOwned>(value: &T) -> Result<T, ColumnError> {
    let mut rows = RowWriter::new(Numbers::Exact);
    rows.row(|row| row.put(value))?;
    let mut read = None;
    read_rows(&rows.finish(), Numbers::Exact, |row| {
        read = Some(row.take::<T>()?);
        Ok(())
    })?;
    read.ok_or(ColumnError::Cells { found: 0, expected: 1 })
}
