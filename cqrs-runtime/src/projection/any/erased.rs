//! What depends on the type of a read model.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::Value as Json;

use super::{AnyChange, AnyQuery, AnyRow, AnyRows, WholeRow};
use crate::column::{ColumnError, read_rows};
use crate::json;
use crate::projection::query::Source;
use crate::projection::query::condition::{Cells, cells_of};
use crate::projection::{Filter, QueryError, RowChange, RowChanges};
use crate::read_model::{ReadModel, Table};
use crate::store::{Condition, EventStore, Keys, Select};

#[async_trait]
pub(super) trait Erased: Send + Sync {
    fn table(&self) -> &'static Table;
    async fn rows(&self, query: &AnyQuery<'_>) -> Result<AnyRows, QueryError>;
    fn cells(&self, field: usize, value: &Json) -> Result<Cells, QueryError>;
    fn changes(
        &self,
        tenant: String,
        condition: Condition,
        wanted: (Vec<usize>, bool),
    ) -> BoxStream<'static, Result<AnyChange, QueryError>>;
}

pub(super) struct ErasedOf<M> {
    store: EventStore,
    source: Option<Arc<Source>>,
    of: PhantomData<fn() -> M>,
}

impl<M> ErasedOf<M> {
    pub(super) fn new(store: EventStore, source: Option<Arc<Source>>) -> Self {
        Self { store, source, of: PhantomData }
    }
}

#[async_trait]
impl<M: ReadModel> Erased for ErasedOf<M> {
    fn table(&self) -> &'static Table {
        M::TABLE
    }

    async fn rows(&self, query: &AnyQuery<'_>) -> Result<AnyRows, QueryError> {
        let tables = self.store.tables()?;
        let source = self.source.as_ref().ok_or(QueryError::NotListed { table: M::TABLE.name })?;
        let select = Select {
            projection: M::TABLE.name,
            fingerprint: &source.fingerprint,
            table: &source.shape,
            tenant: query.tenant,
            keys: Keys::Any,
            condition: query.condition.clone(),
            order: query.order,
            limit: query.limit,
            offset: query.offset,
            count: query.count,
        };
        let selected = tables.select(&select).await?;
        let mut rows = Vec::new();
        let read = read_rows(&selected.rows, tables.numbers(), |row| {
            rows.push(told_row(M::read(row)?, query.fields, query.whole)?);
            Ok(())
        });
        read.map_err(unreadable::<M>)?;
        Ok(AnyRows { rows, count: selected.count, position: selected.position })
    }

    fn cells(&self, field: usize, value: &Json) -> Result<Cells, QueryError> {
        cells_of(M::TABLE, &[field], self.store.tables()?.numbers(), |row| M::write_value(field, value, row))
    }

    fn changes(
        &self,
        tenant: String,
        condition: Condition,
        (fields, whole): (Vec<usize>, bool),
    ) -> BoxStream<'static, Result<AnyChange, QueryError>> {
        let rows = RowChanges::<M>::new(self.store.clone(), self.source.clone()).tenant(tenant).sparingly();
        let holds_for_all = matches!(&condition, Condition::All(conditions) if conditions.is_empty());
        let rows = if holds_for_all { rows } else { rows.filter(Filter::of(condition)) };
        rows.start().map(move |change| told(change?, &fields, whole).map_err(unreadable::<M>)).boxed()
    }
}

fn values<M: ReadModel>(row: &M, fields: &[usize]) -> Result<Vec<Json>, ColumnError> {
    fields.iter().map(|field| Ok(row.stored_field(*field)?)).collect()
}

fn told_row<M: ReadModel>(row: M, fields: &[usize], whole: bool) -> Result<AnyRow, ColumnError> {
    Ok(AnyRow { values: values(&row, fields)?, whole: whole.then(|| WholeRow::new(row)) })
}

fn told<M: ReadModel>(change: RowChange<M>, fields: &[usize], whole: bool) -> Result<AnyChange, ColumnError> {
    Ok(match change {
        RowChange::Reset => AnyChange::Reset,
        RowChange::Upsert { row, position } => {
            AnyChange::Upsert { key: values(&row, M::TABLE.key)?, row: told_row(row, fields, whole)?, position }
        }
        RowChange::Removed { key, position } => AnyChange::Removed { key: parts::<M>(&key)?, position },
    })
}

/// The stored form of the fields of a key: a key of several fields is a tuple of theirs.
fn parts<M: ReadModel>(key: &M::Key) -> Result<Vec<Json>, ColumnError> {
    match (json::document(key)?, M::TABLE.key.len()) {
        (Json::Array(parts), count) if count > 1 => Ok(parts),
        (only, _) => Ok(vec![only]),
    }
}

fn unreadable<M: ReadModel>(source: ColumnError) -> QueryError {
    QueryError::Row { table: M::TABLE.name, source }
}
