//! A row with a column of each type.

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_runtime::column::{ColumnError, ColumnType, Numbers, RowReader, RowWriter, read_rows};
use cqrs_runtime::store::TableShape;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{PROJECTION, column};

/// A row; every column but the key may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wide {
    pub(super) tenant: String,
    pub(super) sequence: i64,
    pub(super) id: String,
    pub(super) flag: Option<bool>,
    pub(super) integer: Option<i64>,
    pub(super) unsigned: Option<u64>,
    pub(super) decimal: Option<Decimal>,
    pub(super) text: Option<String>,
    pub(super) uuid: Option<Uuid>,
    pub(super) time: Option<DateTime<Utc>>,
    pub(super) date: Option<NaiveDate>,
    /// JSON, as it is.
    pub(super) document: Option<Vec<String>>,
}

pub(super) const FLAG: usize = 1;
pub(super) const INTEGER: usize = 2;
pub(super) const UNSIGNED: usize = 3;
pub(super) const DECIMAL: usize = 4;
pub(super) const TEXT: usize = 5;
pub(super) const UUID: usize = 6;
pub(super) const TIME: usize = 7;
pub(super) const DATE: usize = 8;

impl Wide {
    pub(super) fn of(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    pub(super) fn shape() -> TableShape {
        let columns = vec![
            column("id", ColumnType::Text, false),
            column("flag", ColumnType::Bool, true),
            column("integer", ColumnType::Integer, true),
            column("unsigned", ColumnType::Unsigned, true),
            column("decimal", ColumnType::Decimal, true),
            column("text", ColumnType::Text, true),
            column("uuid", ColumnType::Uuid, true),
            column("time", ColumnType::Time, true),
            column("date", ColumnType::Date, true),
            column("select", ColumnType::Document, true),
        ];
        let indices = (FLAG..=DATE).map(|index| vec![index]).collect();
        TableShape { name: PROJECTION.to_owned(), columns, key: vec![0], indices }
    }

    pub(super) fn write(&self, cells: &mut RowWriter) -> Result<(), ColumnError> {
        cells.text(&self.id)?;
        cells.put(&self.flag)?;
        cells.put(&self.integer)?;
        cells.put(&self.unsigned)?;
        cells.put(&self.decimal)?;
        cells.put(&self.text)?;
        cells.put(&self.uuid)?;
        cells.put(&self.time)?;
        cells.put(&self.date)?;
        cells.put(&self.document)
    }

    fn read(cells: &mut RowReader<'_, '_>) -> Result<Self, ColumnError> {
        Ok(Self {
            tenant: String::new(),
            sequence: 0,
            id: cells.text()?.to_owned(),
            flag: cells.take()?,
            integer: cells.take()?,
            unsigned: cells.take()?,
            decimal: cells.take()?,
            text: cells.take()?,
            uuid: cells.take()?,
            time: cells.take()?,
            date: cells.take()?,
            document: cells.take()?,
        })
    }
}

/// Rows as a query shows them.
pub(super) fn read(page: &str, numbers: Numbers) -> Vec<Wide> {
    let mut rows = Vec::new();
    let read = read_rows(page, numbers, |cells| {
        rows.push(Wide::read(cells)?);
        Ok(())
    });
    read.unwrap_or_else(|error| panic!("{error:?} in {page}"));
    rows
}

/// Rows as a batch loads them, and the positions of their last changes; in the order of their tenants and keys.
pub(super) fn read_loaded(page: &str, numbers: Numbers) -> Vec<(Wide, i64)> {
    let mut rows = Vec::new();
    let read = read_rows(page, numbers, |cells| {
        let (tenant, sequence, position) = (cells.text()?.to_owned(), cells.integer()?, cells.integer()?);
        rows.push((Wide { tenant, sequence, ..Wide::read(cells)? }, position));
        Ok(())
    });
    read.unwrap_or_else(|error| panic!("{error:?} in {page}"));
    rows.sort_by(|(one, _), (other, _)| (&one.tenant, &one.id).cmp(&(&other.tenant, &other.id)));
    rows
}
