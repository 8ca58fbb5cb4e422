//! Read models: tables that projections keep up to date.
//!
//! A struct with `#[derive(ReadModel)]` is the table, its row, and what events make of it.

mod description;
mod field;

use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::description::first_digits;
pub use self::description::{Table, TableField};
pub use self::field::Field;

use crate::column::{ColumnError, RowReader, RowWriter};
use crate::json::EncodeError;
use crate::value::Value;

/// A row of a table that a projection keeps up to date; derive it.
///
/// `#[read_model(..)]` on the struct names the table and the events; on a field, it says what the field is for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a read model",
    label = "not a read model",
    note = "derive it: `#[derive(ReadModel, Clone, Debug, PartialEq)]` on `{Self}`"
)]
pub trait ReadModel: Sized + Clone + Send + Sync + 'static {
    /// The table.
    const TABLE: &'static Table;
    /// The tables of the read models to whose rows its fields refer.
    const REFERENCES: &'static [&'static str];

    /// What tells its rows apart: the type of the key field, or a tuple of several.
    type Key: RowKey;

    /// What tells this row from others.
    fn key(&self) -> Self::Key;

    /// Writes the cells of a key.
    ///
    /// # Errors
    /// When a value can't stand in its column.
    fn write_key(key: &Self::Key, row: &mut RowWriter) -> Result<(), ColumnError>;

    /// Reads the cells of a key.
    ///
    /// # Errors
    /// When a cell holds no value of its field.
    fn read_key(row: &mut RowReader<'_, '_>) -> Result<Self::Key, ColumnError>;

    /// Writes its cells, in the order of the table's fields.
    ///
    /// # Errors
    /// When a value can't stand in its column.
    fn write(&self, row: &mut RowWriter) -> Result<(), ColumnError> {
        (0..Self::TABLE.fields.len()).try_for_each(|field| self.write_field(field, row))
    }

    /// Reads its cells, in the order of the table's fields.
    ///
    /// # Errors
    /// When a cell holds no value of its field.
    fn read(row: &mut RowReader<'_, '_>) -> Result<Self, ColumnError>;

    /// Leaves of each value what its column holds.
    ///
    /// # Errors
    /// When a value can't stand in its column.
    fn settle(&mut self) -> Result<(), ColumnError>;

    /// Writes the cells of one field, by its place in the table.
    ///
    /// # Errors
    /// When the value can't stand in its column, or there is no such field.
    fn write_field(&self, field: usize, row: &mut RowWriter) -> Result<(), ColumnError>;

    /// Writes the cells of a value that one field, by its place in the table, could have; it is given in its stored form.
    ///
    /// # Errors
    /// When the field has no such value, the value can't stand in its column, or there is no such field.
    fn write_value(field: usize, stored: &serde_json::Value, row: &mut RowWriter) -> Result<(), ColumnError>;

    /// The stored form of one field, by its place in the table; null where there is no such field.
    ///
    /// # Errors
    /// When the value can't be told in JSON.
    fn stored_field(&self, field: usize) -> Result<serde_json::Value, EncodeError>;
}

/// What tells the rows of a table apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a key",
    label = "not a key",
    note = "rows are told apart and sorted by their keys: an id can be one, and a `Value` that derives `Eq`, `Hash`, \
            `PartialOrd` and `Ord` as well; a float can't, a `Decimal` can"
)]
pub trait RowKey: Clone + Eq + Ord + Hash + Serialize + DeserializeOwned + Value + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Eq + Ord + Hash + Serialize + DeserializeOwned + Value + Send + Sync + 'static> RowKey for T {}
