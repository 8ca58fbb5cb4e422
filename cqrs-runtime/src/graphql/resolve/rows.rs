//! Rows as they were asked for, with what they lead to: by key in one query for all rows, page by page in one for each.

use std::collections::HashMap;

use async_graphql::{ServerResult, Value};
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value as Json;

use super::super::catalog::{By, ModelEntry, Relation};
use super::super::failure::of_query;
use super::super::node;
use super::super::selection::Selected;
use super::super::value::{Object, told, type_name};
use super::Resolving;
use super::pages::Plan;
use crate::projection::{AnyQuery, AnyRow};
use crate::store::Condition;

/// What is read of rows.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The fields: those of the key first, each once.
    fields: Vec<usize>,
    /// Whether something is computed from the rows as a whole.
    whole: bool,
}

/// How many pages of what rows lead to are read at one time.
const PAGES_AT_ONCE: usize = 8;

impl Wanted {
    /// What is needed to tell what was asked for.
    fn of(model: &ModelEntry, selected: &[Selected<'_>]) -> Self {
        let mut fields = model.table.key.to_vec();
        let is_computed = |asked: &Selected<'_>| model.computed.iter().any(|computed| computed.name == asked.name);
        for asked in selected {
            let own = model.fields.iter().position(|field| field.name == asked.name);
            let leads = model.relations.iter().find(|relation| relation.name == asked.name);
            let leads = leads.and_then(|relation| match relation.by {
                By::Key(field) => Some(field),
                By::Reference(_) => None,
            });
            fields.extend(own.or(leads).filter(|field| !fields.contains(field)));
        }
        Self { fields, whole: selected.iter().any(is_computed) }
    }

    pub(super) fn fields(&self) -> &[usize] {
        &self.fields
    }

    pub(super) fn whole(&self) -> bool {
        self.whole
    }

    /// The value of a field; null where it was not read.
    fn value<'r>(&self, row: &'r AnyRow, field: usize) -> &'r Json {
        let place = self.fields.iter().position(|known| *known == field);
        place.and_then(|place| row.values.get(place)).unwrap_or(&Json::Null)
    }
}

/// The values of a row's key, which are read first.
fn key<'r>(model: &ModelEntry, row: &'r AnyRow) -> &'r [Json] {
    row.values.get(..model.table.key.len()).unwrap_or(&row.values)
}

impl<'q> Resolving<'q> {
    /// Which fields are read for what was asked for.
    ///
    /// # Errors
    /// When one of them may not be known.
    pub(super) fn wanted(self, model: &ModelEntry, selected: &[Selected<'q>]) -> ServerResult<Wanted> {
        for field in selected {
            self.readable(model, Wanted::of(model, std::slice::from_ref(field)).fields, field.pos)?;
            // Whether there are rows that lead anywhere or not: what may not be seen is told of all the same.
            if let Some(relation) = model.relations.iter().find(|relation| relation.name == field.name) {
                self.may_follow(relation, field)?;
            }
        }
        Ok(Wanted::of(model, selected))
    }

    /// Refuses to tell of rows to which others lead, where they may not be seen.
    fn may_follow(self, relation: &Relation, field: &Selected<'q>) -> ServerResult<()> {
        let to = self.model(relation.to, field)?;
        match relation.by {
            By::Key(_) => {
                self.permitted(to, field.pos)?;
                self.wanted(to, &self.asked.of_type(&field.sets, to.type_name())?).map(drop)
            }
            By::Reference(index) => {
                self.readable(to, [index], field.pos)?;
                self.plan(to, field).map(drop)
            }
        }
    }

    /// What was asked of rows, in their order.
    pub(super) fn rows<'a>(
        self,
        model: &'a ModelEntry,
        wanted: &'a Wanted,
        rows: &'a [AnyRow],
        selected: &'a [Selected<'q>],
    ) -> BoxFuture<'a, ServerResult<Vec<Value>>>
    where
        'q: 'a,
    {
        async move {
            let mut objects = vec![Object::with_capacity(selected.len()); rows.len()];
            for field in selected {
                let column = self.column(model, wanted, rows, field).await?;
                for (object, value) in objects.iter_mut().zip(column) {
                    object.insert(field.key.clone(), value);
                }
            }
            Ok(objects.into_iter().map(Value::Object).collect())
        }
        .boxed()
    }

    /// One field of all rows.
    async fn column(
        self,
        model: &ModelEntry,
        wanted: &Wanted,
        rows: &[AnyRow],
        field: &Selected<'q>,
    ) -> ServerResult<Vec<Value>> {
        if field.name == "id" {
            return Ok(rows.iter().map(|row| Value::from(node::id(model, key(model, row)))).collect());
        }
        if let Some(index) = model.fields.iter().position(|known| known.name == field.name) {
            let Some(known) = model.fields.get(index) else { return Ok(Vec::new()) };
            let tell = |row: &AnyRow| {
                let stored = wanted.value(row, index).clone();
                told(&self.engine.catalog, self.asked, field, &known.ty, stored)
            };
            return rows.iter().map(tell).collect();
        }
        if let Some(computed) = model.computed.iter().find(|computed| computed.name == field.name) {
            let whole: Option<Vec<_>> = rows.iter().map(|row| row.whole.clone()).collect();
            // They were wanted, for the field is asked for.
            let whole = whole.ok_or_else(|| super::unknown(field))?;
            let values = computed.values(self.principal, whole, field.pos).await?;
            let tell = |stored| told(&self.engine.catalog, self.asked, field, &computed.output, stored);
            return values.into_iter().map(tell).collect();
        }
        match model.relations.iter().find(|relation| relation.name == field.name) {
            Some(relation) => self.related(model, relation, wanted, rows, field).await,
            None => rows.iter().map(|_| type_name(field, model.type_name())).collect(),
        }
    }

    async fn related(
        self,
        model: &ModelEntry,
        relation: &Relation,
        wanted: &Wanted,
        rows: &[AnyRow],
        field: &Selected<'q>,
    ) -> ServerResult<Vec<Value>> {
        let to = self.model(relation.to, field)?;
        match relation.by {
            By::Key(index) => {
                let keys: Vec<&Json> = rows.iter().map(|row| wanted.value(row, index)).collect();
                self.by_keys(to, &keys, field).await
            }
            By::Reference(index) => {
                let plan = self.plan(to, field)?;
                let mut pages: Vec<BoxFuture<'_, ServerResult<Value>>> = Vec::with_capacity(rows.len());
                for row in rows {
                    pages.push(self.referring(to, (index, key(model, row)), field, &plan).boxed());
                }
                stream::iter(pages).buffered(PAGES_AT_ONCE).try_collect().await
            }
        }
    }

    /// A page of the rows that refer to one by a field.
    async fn referring(
        self,
        to: &ModelEntry,
        (by, key): (usize, &[Json]),
        field: &Selected<'q>,
        plan: &Plan<'q>,
    ) -> ServerResult<Value> {
        let of = to.rows.equal(by, key.first().unwrap_or(&Json::Null));
        let of = of.map_err(|error| of_query(&error).at(field.pos))?;
        self.page(to, field, plan, Some(of)).await
    }

    /// The rows of some keys, in one query; null for a key that is absent or has no row.
    pub(super) async fn by_keys(
        self,
        model: &ModelEntry,
        keys: &[&Json],
        field: &Selected<'q>,
    ) -> ServerResult<Vec<Value>> {
        let mut distinct: Vec<Json> = Vec::new();
        for key in keys.iter().filter(|key| !key.is_null()) {
            if !distinct.contains(key) {
                distinct.push((*key).clone());
            }
        }
        let condition = match model.single_key() {
            Some(key) => model.rows.is_in(key, &distinct).map_err(|error| of_query(&error).at(field.pos))?,
            None => return Ok(vec![Value::Null; keys.len()]),
        };
        let selected = self.asked.of_type(&field.sets, model.type_name())?;
        let wanted = self.wanted(model, &selected)?;
        let rows = self.read(model, &wanted, condition, distinct.len() as u64, field).await?;
        let told = self.rows(model, &wanted, &rows, &selected).await?;
        let by_key: HashMap<String, Value> =
            rows.iter().zip(told).filter_map(|(row, value)| Some((row.values.first()?.to_string(), value))).collect();
        Ok(keys.iter().map(|key| by_key.get(&key.to_string()).cloned().unwrap_or_default()).collect())
    }

    /// The row of a key, if there is one.
    pub(super) async fn by_key(self, model: &ModelEntry, key: &[Json], field: &Selected<'q>) -> ServerResult<Value> {
        let condition = model.rows.of_key(key).map_err(|error| of_query(&error).at(field.pos))?;
        let selected = self.asked.of_type(&field.sets, model.type_name())?;
        let wanted = self.wanted(model, &selected)?;
        let rows = self.read(model, &wanted, condition, 1, field).await?;
        let told = self.rows(model, &wanted, &rows, &selected).await?;
        Ok(told.into_iter().next().unwrap_or_default())
    }

    async fn read(
        self,
        model: &ModelEntry,
        wanted: &Wanted,
        condition: Condition,
        limit: u64,
        field: &Selected<'_>,
    ) -> ServerResult<Vec<AnyRow>> {
        let query = AnyQuery {
            tenant: &self.principal.tenant,
            fields: wanted.fields(),
            condition: self.permitted(model, field.pos)?.and(condition).into_condition(),
            order: &[],
            limit,
            offset: 0,
            count: false,
            whole: wanted.whole,
        };
        let read = model.rows.rows(&query).await.map_err(|error| of_query(&error).at(field.pos))?;
        Ok(read.rows)
    }

    /// A row whose values are known already, such as one that has changed.
    pub(super) async fn row(
        self,
        model: &ModelEntry,
        wanted: &Wanted,
        row: AnyRow,
        selected: &[Selected<'q>],
    ) -> ServerResult<Value> {
        let told = self.rows(model, wanted, &[row], selected).await?;
        Ok(told.into_iter().next().unwrap_or_default())
    }
}
