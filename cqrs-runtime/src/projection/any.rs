//! A read model whichever it is: its rows as stored JSON, for what knows its type at run time alone.

mod erased;
mod rows;

use std::fmt;
use std::sync::Arc;

use futures_util::stream::BoxStream;
use serde_json::Value as Json;

use self::erased::{Erased, ErasedOf};
pub use self::rows::{AnyChange, AnyQuery, AnyRow, AnyRows, WholeRow};
use super::query::Source;
use super::query::beyond::{Place, beyond};
use super::query::condition::{Cells, absent, among, columns, compared, same};
use super::{QueryError, ReadModels};
use crate::column::ColumnError;
use crate::read_model::{ReadModel, Table};
use crate::store::{Comparison, Condition, EventStore, Order};

/// A read model whichever it is. Cheap to clone.
///
/// Fields are told by their places in the [table](Self::table); values are given and returned in their stored form. Whether rows
/// may be chosen or ordered by a field is for the caller to heed.
#[derive(Clone)]
pub struct AnyReadModel(Arc<dyn Erased>);

impl fmt::Debug for AnyReadModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyReadModel").field(&self.table().name).finish()
    }
}

impl ReadModels {
    /// A read model, to be asked by who does not know its type.
    #[must_use]
    pub fn any<M: ReadModel>(&self) -> AnyReadModel {
        AnyReadModel::new::<M>(self.store().clone(), self.source::<M>())
    }
}

impl AnyReadModel {
    fn new<M: ReadModel>(store: EventStore, source: Option<Arc<Source>>) -> Self {
        Self(Arc::new(ErasedOf::<M>::new(store, source)))
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'static Table {
        self.0.table()
    }

    /// Rows, and how fresh they are.
    ///
    /// # Errors
    /// When the read model is not listed or has not been built, or the database can't be read.
    pub async fn rows(&self, query: &AnyQuery<'_>) -> Result<AnyRows, QueryError> {
        self.0.rows(query).await
    }

    /// The rows of a tenant that satisfy a condition, and their changes as they come, with the values of some fields; with the
    /// rows as a whole, too, where that is wanted.
    ///
    /// It is [`RowChanges::start`](super::RowChanges::start); where the condition holds for all, each row's leaving is told.
    ///
    /// # Errors
    /// As those, as the last item.
    #[must_use]
    pub fn changes(
        &self,
        tenant: &str,
        condition: Condition,
        (fields, whole): (&[usize], bool),
    ) -> BoxStream<'static, Result<AnyChange, QueryError>> {
        self.0.changes(tenant.to_owned(), condition, (fields.to_vec(), whole))
    }

    /// Rows in which a field has a value; null is that it has none.
    ///
    /// # Errors
    /// When the field can have no such value.
    pub fn equal(&self, field: usize, value: &Json) -> Result<Condition, QueryError> {
        Ok(same(self.cells(field, value)?))
    }

    /// Rows in which a field has one of some values.
    ///
    /// # Errors
    /// When the field can have no such value.
    pub fn is_in(&self, field: usize, values: &[Json]) -> Result<Condition, QueryError> {
        Ok(among(values.iter().map(|value| self.cells(field, value)).collect::<Result<_, _>>()?))
    }

    /// Rows in which the value of a field compares so with another one; one of several columns column by column.
    ///
    /// # Errors
    /// When the field can have no such value.
    pub fn compare(&self, field: usize, comparison: Comparison, value: &Json) -> Result<Condition, QueryError> {
        let strict = match comparison {
            Comparison::Equal => return self.equal(field, value),
            Comparison::Less | Comparison::LessOrEqual => Comparison::Less,
            Comparison::Greater | Comparison::GreaterOrEqual => Comparison::Greater,
        };
        Ok(compared(&self.cells(field, value)?, strict, comparison))
    }

    /// Rows in which a field has no value.
    #[must_use]
    pub fn absent(&self, field: usize) -> Condition {
        absent(self.table(), field)
    }

    /// Rows in which the text of a field contains another, letter by letter; capitals and small letters of ASCII may be the
    /// same.
    #[must_use]
    pub fn contains(&self, field: usize, text: String, ignore_case: bool) -> Condition {
        Condition::Contains { column: self.table().columns_of(field).0, text, ignore_case }
    }

    /// Rows in which the text of a field begins with another.
    #[must_use]
    pub fn starts_with(&self, field: usize, text: String) -> Condition {
        Condition::StartsWith { column: self.table().columns_of(field).0, text }
    }

    /// The row of a key: the values of the fields of the key, in their order.
    ///
    /// # Errors
    /// When there are more or fewer of them, or a field can have no such value.
    pub fn of_key(&self, key: &[Json]) -> Result<Condition, QueryError> {
        let fields = self.table().key;
        if fields.len() != key.len() {
            let source = ColumnError::Cells { found: key.len(), expected: fields.len() };
            return Err(QueryError::Value { field: self.table().name, source });
        }
        let parts = fields.iter().zip(key).map(|(field, value)| self.equal(*field, value));
        Ok(Condition::All(parts.collect::<Result<_, _>>()?))
    }

    /// The columns of a field, in a direction.
    pub fn order(&self, field: usize, descending: bool) -> impl Iterator<Item = Order> + use<> {
        columns(self.table(), field).map(move |column| Order { column, descending })
    }

    /// Rows beyond a place in an order: fields, whether rows with greater or with smaller values stand there, and the values of
    /// the place.
    ///
    /// Absent values are the smallest, as in the order of a query.
    ///
    /// # Errors
    /// When a field can have no such value.
    pub fn beyond<'v>(
        &self,
        place: impl IntoIterator<Item = (usize, bool, &'v Json)>,
    ) -> Result<Condition, QueryError> {
        let places =
            place.into_iter().map(|(field, greater, value)| Ok(Place { cells: self.cells(field, value)?, greater }));
        let optional: Vec<bool> = self.table().columns().map(|(_, _, optional)| optional).collect();
        let places = places.collect::<Result<_, QueryError>>()?;
        Ok(beyond(places, |column| optional.get(column).is_none_or(|optional| *optional)))
    }

    fn cells(&self, field: usize, value: &Json) -> Result<Cells, QueryError> {
        self.0.cells(field, value)
    }
}
