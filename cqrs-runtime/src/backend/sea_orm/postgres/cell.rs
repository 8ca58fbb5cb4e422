//! Columns of views as the cells of rows.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::NaiveDate;
use sea_orm::SqlxError;
use sea_orm::sqlx::error::BoxDynError;
use sea_orm::sqlx::postgres::{PgRow, PgTypeInfo, PgValueFormat, PgValueRef, Postgres};
use sea_orm::sqlx::{Decode, Row, Type};
use uuid::Uuid;

use super::row::Time;
use crate::column::{Cell, ColumnType};

/// A column as a cell, with exact numbers.
pub(in super::super) fn cell<'r>(row: &'r PgRow, column: &str, ty: ColumnType) -> Result<Cell<'r>, SqlxError> {
    match ty {
        ColumnType::Bool => get(row, column, Cell::Bool),
        ColumnType::Integer => get(row, column, Cell::Integer),
        ColumnType::Time => get(row, column, |Time(time)| Cell::Integer(time.timestamp_micros())),
        ColumnType::Unsigned | ColumnType::Decimal => get(row, column, |Number(digits)| text(digits)),
        ColumnType::Text => get(row, column, text::<&str>),
        ColumnType::Uuid => get(row, column, |uuid: Uuid| text(uuid.to_string())),
        ColumnType::Date => get(row, column, |Day(day)| text(day.to_string())),
        ColumnType::Document => get(row, column, |Document(json)| text(json)),
    }
}

fn get<'r, T>(row: &'r PgRow, column: &str, cell: impl FnOnce(T) -> Cell<'r>) -> Result<Cell<'r>, SqlxError>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    Ok(row.try_get::<Option<T>, _>(column)?.map_or(Cell::Null, cell))
}

fn text<'r, T: Into<Cow<'r, str>>>(text: T) -> Cell<'r> {
    Cell::Text(text.into())
}

/// A value that the program can't hold, such as `infinity`.
#[derive(Debug, thiserror::Error)]
#[error("it is out of range")]
struct OutOfRange;

/// A number with all its digits, in decimal.
struct Number(String);

impl Type<Postgres> for Number {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("numeric")
    }
}

impl Decode<'_, Postgres> for Number {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let number = match value.format() {
            PgValueFormat::Text => value.as_str()?.to_owned(),
            PgValueFormat::Binary => digits(value.as_bytes()?).ok_or(OutOfRange)?,
        };
        Ok(Self(number))
    }
}

/// The number that the server sends as groups of four digits; `None` where it is not finite.
fn digits(bytes: &[u8]) -> Option<String> {
    let words: Vec<_> = bytes.as_chunks().0.iter().map(|word| i16::from_be_bytes(*word)).collect();
    // Of how many groups there are, the first one's power of 10,000, the sign, and how many digits are behind the point.
    let [_, first, sign, scale, groups @ ..] = &words[..] else { return None };
    let (first, scale) = (i32::from(*first), usize::try_from(*scale).ok()?);
    let group = |power: i32| {
        let index = usize::try_from(first - power).ok();
        index.and_then(|index| groups.get(index)).copied().unwrap_or_default()
    };
    let minus = match sign {
        0 => "",
        0x4000 => "-",
        _ => return None,
    };
    let mut number = format!("{minus}{}", group(first.max(0)));
    // Writing to a string can't fail.
    for power in (0..first).rev() {
        let _ = write!(number, "{:04}", group(power));
    }
    if scale > 0 {
        number.push('.');
        let end = number.len() + scale;
        for place in (1..).take(scale.div_ceil(4)) {
            let _ = write!(number, "{:04}", group(-place));
        }
        number.truncate(end);
    }
    Some(number)
}

/// A day; the library's own decoding panics at one that chrono can't hold, such as `infinity`.
struct Day(NaiveDate);

impl Type<Postgres> for Day {
    fn type_info() -> PgTypeInfo {
        <NaiveDate as Type<Postgres>>::type_info()
    }
}

impl Decode<'_, Postgres> for Day {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        /// The first day of the year 2000, from which the server counts.
        const EPOCH: i32 = 10_957;
        let days = <i32 as Decode<Postgres>>::decode(value)?;
        let day = days.checked_add(EPOCH).and_then(NaiveDate::from_epoch_days);
        Ok(Self(day.ok_or(OutOfRange)?))
    }
}

/// JSON as it was written.
struct Document<'r>(&'r str);

impl Type<Postgres> for Document<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("json")
    }
}

impl<'r> Decode<'r, Postgres> for Document<'r> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(value.as_str()?))
    }
}
