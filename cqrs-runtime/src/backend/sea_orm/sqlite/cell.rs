//! Columns of views as the cells of rows.

use chrono::NaiveDateTime;
use sea_orm::SqlxError;
use sea_orm::sqlx::error::BoxDynError;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteRow, SqliteTypeInfo, SqliteValueRef};
use sea_orm::sqlx::{Decode, Row, Type};

use crate::column::{Cell, ColumnType};

/// A column as a cell, with exact numbers.
pub(in super::super) fn cell<'r>(row: &'r SqliteRow, column: &str, ty: ColumnType) -> Result<Cell<'r>, SqlxError> {
    match ty {
        ColumnType::Bool | ColumnType::Integer => get(row, column, Cell::Integer),
        ColumnType::Time => get(row, column, |Shown(micros)| Cell::Integer(micros)),
        ColumnType::Unsigned
        | ColumnType::Decimal
        | ColumnType::Text
        | ColumnType::Uuid
        | ColumnType::Date
        | ColumnType::Document => get(row, column, |text: String| Cell::Text(text.into())),
    }
}

fn get<'r, T>(row: &'r SqliteRow, column: &str, cell: impl FnOnce(T) -> Cell<'r>) -> Result<Cell<'r>, SqlxError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    Ok(row.try_get::<Option<T>, _>(column)?.map_or(Cell::Null, cell))
}

/// A time as the view shows it, in microseconds. The library's own decoding takes a number for one, too.
struct Shown(i64);

impl Type<Sqlite> for Shown {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl Decode<'_, Sqlite> for Shown {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        let text = <String as Decode<Sqlite>>::decode(value)?;
        let time = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f")?;
        Ok(Self(time.and_utc().timestamp_micros()))
    }
}
