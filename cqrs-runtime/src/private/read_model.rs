//! Read models: what the derive asks of a field's type, and where events go.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::Emits;
use crate::column::{self, Column, ColumnError, RowReader, RowWriter};
use crate::event::Event;
use crate::json::{self, EncodeError};
use crate::projection::{
    CreateTables, Lookup, LookupOf, NewTables, PartitionKey, Project, ProjectInTransaction, Projected, Projection,
    Route, Written,
};
use crate::read_model::{RowKey, Table, TableField};
use crate::value::Value;

/// A type that a field of a read model can have.
///
/// All that an expansion asks of a field stands in this one trait, without a bound of its own: so a type that lacks it is
/// one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be stored: it is not a `Value`",
    label = "not a `Value`",
    note = "derive it: `#[derive(Value)]` on `{Self}`; for a type of another crate, wrap it: \
            `#[derive(Value)] #[value(with = AnAdapter)] pub struct Mine({Self});`"
)]
pub trait FieldValue: Sized {
    /// The columns that it takes.
    const COLUMNS: Column;
    /// A field that has no name yet, and is for nothing.
    const FIELD: TableField;

    /// Writes its cells.
    fn put(&self, row: &mut RowWriter) -> Result<(), ColumnError>;

    /// Writes the cells of a value in its stored form.
    fn put_stored(stored: &serde_json::Value, row: &mut RowWriter) -> Result<(), ColumnError>;

    /// Its stored form.
    fn stored(&self) -> Result<serde_json::Value, EncodeError>;

    /// Reads its cells.
    fn take(row: &mut RowReader<'_, '_>) -> Result<Self, ColumnError>;

    /// Leaves of it what its columns hold.
    fn settle(&mut self) -> Result<(), ColumnError>;
}

#[diagnostic::do_not_recommend]
impl<T: Value + Serialize + DeserializeOwned + 'static> FieldValue for T {
    const COLUMNS: Column = T::COLUMN;
    const FIELD: TableField = TableField {
        name: "",
        client: None,
        column: T::COLUMN,
        shape: T::shape,
        api: T::api,
        filter: false,
        order: false,
        references: None,
        access: None,
        description: "",
        deprecated: None,
    };

    fn put(&self, row: &mut RowWriter) -> Result<(), ColumnError> {
        row.put(self)
    }

    fn put_stored(stored: &serde_json::Value, row: &mut RowWriter) -> Result<(), ColumnError> {
        row.put(&T::deserialize(stored).map_err(ColumnError::NoValue)?)
    }

    fn stored(&self) -> Result<serde_json::Value, EncodeError> {
        json::document(self)
    }

    fn take(row: &mut RowReader<'_, '_>) -> Result<Self, ColumnError> {
        row.take()
    }

    fn settle(&mut self) -> Result<(), ColumnError> {
        column::settle(self)
    }
}

/// A type that a field of a key can have.
pub trait KeyValue {
    /// The same type. Named through this, a type that is no key is one error wherever it is used.
    type Key;
}

impl<T: RowKey> KeyValue for T {
    type Key = T;
}

/// The key of a read model, or one that may be absent: what a field must be to refer to a row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the key of `{M}`",
    label = "it can't refer to a row of `{M}`",
    note = "a field with `references = {M}` holds the key of a row of `{M}`, or `Option` of it; a read model whose key has \
            several fields can't be referred to"
)]
pub trait KeyOf<M> {
    /// The table of the read model.
    const TABLE: &'static Table;
}

impl<M, K: KeyOf<M>> KeyOf<M> for Option<K> {
    const TABLE: &'static Table = K::TABLE;
}

/// The table to which a field refers.
#[must_use]
pub const fn referred<M, K: KeyOf<M>>() -> &'static Table {
    K::TABLE
}

/// No field has this place.
///
/// # Errors
/// Always.
pub fn no_field() -> Result<(), ColumnError> {
    Err(ColumnError::Cells { found: 0, expected: 1 })
}

/// Where the events of a read model go.
pub type Routes<M> = Vec<Route<dyn Projected<M>>>;

/// Where the events of a projection with a transaction go.
pub type WrittenRoutes<P> = Vec<Route<dyn Written<P>>>;

/// Where an event goes.
#[must_use]
pub const fn route<M: Projection + Project<E>, A: Emits<E>, E: Event + Clone>() -> Route<dyn Projected<M>> {
    Route::of::<A, E>()
}

/// Where an event goes that tells by a field which events it belongs with.
#[must_use]
pub const fn route_by_field<M: Projection + Project<E> + PartitionKey<E>, A: Emits<E>, E: Event + Clone>()
-> Route<dyn Projected<M>> {
    Route::by_field::<A, E>()
}

/// Where an event goes that is written in a transaction.
#[must_use]
pub const fn written<P: ProjectInTransaction<E>, A: Emits<E>, E: Event + Clone>() -> Route<dyn Written<P>> {
    Route::written::<A, E>()
}

/// Where an event goes that is written in a transaction, and tells by a field which events it belongs with.
#[must_use]
pub const fn written_by_field<P: ProjectInTransaction<E> + PartitionKey<E>, A: Emits<E>, E: Event + Clone>()
-> Route<dyn Written<P>> {
    Route::written_by_field::<A, E>()
}

/// The statements that make the tables of a projection with a transaction.
pub fn create_tables<P: CreateTables>(tables: &mut NewTables<P>) {
    <P as CreateTables>::create(tables);
}

/// A table that a projection keeps for itself.
#[must_use]
pub fn lookup<M: Projection, L: LookupOf<M>>() -> Lookup {
    Lookup::of::<L>()
}

/// The text of a field that events of one sequence have in common: a text as it is, anything else as JSON.
pub fn partition_key<T: Value + Serialize>(field: &T) -> String {
    // The event was decoded from JSON, so the field can be told in JSON. If it could not, events would share a sequence.
    let json = json::encode(field).unwrap_or_default();
    serde_json::from_str(&json).unwrap_or(json)
}
