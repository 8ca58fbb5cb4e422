//! Asking for the rows of a read model.

pub(super) mod beyond;
pub(super) mod condition;
mod filter;

use std::marker::PhantomData;
use std::sync::Arc;

pub use self::filter::{Filter, OrderBy};

use crate::column::{ColumnError, read_rows};
use crate::read_model::ReadModel;
use crate::store::{Condition, EventStore, Keys, Order, Select, StoreError, TableShape};

/// Rows of a read model that are asked for.
///
/// Conditions add up. Without a tenant, the rows of no tenant are asked for; without a limit, a hundred.
#[derive(Debug)]
#[must_use]
pub struct Query<M> {
    store: EventStore,
    source: Option<Arc<Source>>,
    tenant: String,
    filters: Vec<Filter<M>>,
    order: Vec<OrderBy<M>>,
    limit: u64,
    offset: u64,
    count: bool,
    of: PhantomData<fn() -> M>,
}

/// Rows, and how fresh they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<M> {
    /// The rows, in the order that was asked for.
    pub rows: Vec<M>,
    /// How many there are without limit and offset, where that was asked.
    pub count: Option<u64>,
    /// What was projected up to this position is in the rows.
    pub position: u64,
}

/// Where the rows of a read model stand.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) fingerprint: String,
    pub(super) shape: TableShape,
}

/// Why rows can't be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The database can't be read, or the read model has not been built.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The read model is not among those that were listed.
    #[error("the read model `{table}` is not listed: `ReadModels::with`")]
    NotListed {
        /// Its table.
        table: &'static str,
    },
    /// A value that is compared with can't stand in the column.
    #[error("`{field}` can't be compared with this value")]
    Value {
        /// The field.
        field: &'static str,
        /// Why.
        source: ColumnError,
    },
    /// Too many rows satisfy a condition by which changes are followed.
    #[error("more than {limit} rows of `{table}` would have to be kept in mind: follow fewer, or all of the tenant")]
    TooManyRows {
        /// The table.
        table: &'static str,
        /// How many may be followed by a condition.
        limit: usize,
    },
    /// A stored row can't be read.
    #[error("a row of `{table}` can't be read: rebuild the read model")]
    Row {
        /// The table.
        table: &'static str,
        /// Why.
        source: ColumnError,
    },
}

impl<M: ReadModel> Query<M> {
    /// All rows of a read model, those of no tenant.
    pub(super) fn new(store: EventStore, source: Option<Arc<Source>>) -> Self {
        Self {
            store,
            source,
            tenant: String::new(),
            filters: Vec::new(),
            order: Vec::new(),
            limit: 100,
            offset: 0,
            count: false,
            of: PhantomData,
        }
    }

    /// Only rows of this tenant.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// Only rows that satisfy a condition.
    pub fn filter(mut self, filter: Filter<M>) -> Self {
        self.filters.push(filter);
        self
    }

    /// Ordered by a field, and by those said before where they differ; at last by the key.
    pub fn order_by(mut self, order: OrderBy<M>) -> Self {
        self.order.push(order);
        self
    }

    /// At most so many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.limit = rows;
        self
    }

    /// Without so many rows at the beginning.
    pub fn offset(mut self, rows: u64) -> Self {
        self.offset = rows;
        self
    }

    /// With the number of all rows that satisfy the conditions.
    pub fn counted(mut self) -> Self {
        self.count = true;
        self
    }

    /// The rows.
    ///
    /// # Errors
    /// When the read model has not been built, or the database can't be read.
    pub async fn fetch(self) -> Result<Rows<M>, QueryError> {
        let tables = self.store.tables()?;
        let numbers = tables.numbers();
        let conditions = self.filters.iter().map(|filter| filter.condition(numbers)).collect::<Result<Vec<_>, _>>()?;
        let order: Vec<Order> = self.order.iter().flat_map(OrderBy::columns).collect();
        let source = self.source.as_ref().ok_or(QueryError::NotListed { table: M::TABLE.name })?;
        let select = Select {
            projection: M::TABLE.name,
            fingerprint: &source.fingerprint,
            table: &source.shape,
            tenant: &self.tenant,
            keys: Keys::Any,
            condition: Condition::All(conditions),
            order: &order,
            limit: self.limit,
            offset: self.offset,
            count: self.count,
        };
        let selected = tables.select(&select).await?;
        let mut rows = Vec::new();
        let read = read_rows(&selected.rows, numbers, |row| {
            rows.push(M::read(row)?);
            Ok(())
        });
        read.map_err(|source| QueryError::Row { table: M::TABLE.name, source })?;
        Ok(Rows { rows, count: selected.count, position: selected.position })
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch).
    pub async fn first(self) -> Result<Option<M>, QueryError> {
        Ok(self.limit(1).fetch().await?.rows.into_iter().next())
    }

    /// The row of a key, if there is one that satisfies the conditions.
    ///
    /// ```no_run
    /// # use cqrs_runtime::projection::{Projection, QueryError, ReadModels};
    /// # async fn f<Order: Projection>(read_models: ReadModels, id: Order::Key) -> Result<(), QueryError> {
    /// let order = read_models.query::<Order>().tenant("north").find(&id).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch).
    pub async fn find(self, key: &M::Key) -> Result<Option<M>, QueryError> {
        self.filter(Filter::key(key)).first().await
    }
}
