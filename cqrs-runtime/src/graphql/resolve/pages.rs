//! Pages of rows, and what all pages have in common.

use async_graphql::{ServerResult, Value};
use serde_json::Value as Json;

use super::super::catalog::ModelEntry;
use super::super::connection::{self, Bounds, Page, PageQuery};
use super::super::engine::SchemaOptions;
use super::super::filter::Parsed;
use super::super::order::OrderedBy;
use super::super::permitted::Permitted;
use super::super::selection::{Asked, Selected};
use super::super::value::{Object, big, type_name};
use super::super::{Problem, ReadError};
use super::Resolving;
use super::rows::Wanted;
use crate::store::Condition;

impl<'q> Resolving<'q> {
    /// The condition that the argument `filter` is.
    pub(super) fn filter(self, model: &ModelEntry, field: &Selected<'_>) -> ServerResult<Condition> {
        let given = field.argument("filter").unwrap_or(&serde_json::Value::Null);
        let limits = self.engine.options.filter_limits;
        let parsed = model.filters.parse(given, &model.rows, &self.engine.catalog.types, limits);
        let Parsed { condition, fields } =
            parsed.map_err(|error| Problem::of_read(error.within("filter")).at(field.pos))?;
        self.readable(model, fields, field.pos)?;
        Ok(condition)
    }

    /// Which page is asked for, of whichever rows.
    ///
    /// # Errors
    /// When the arguments are not valid, or something may not be seen of what is asked.
    pub(super) fn plan(self, model: &ModelEntry, field: &Selected<'q>) -> ServerResult<Plan<'q>> {
        let at = |error: ReadError| Problem::of_read(error).at(field.pos);
        let asked = self.asked_of(model, field)?;
        let permitted = self.permitted(model, field.pos)?;
        let condition = self.filter(model, field)?;
        let order = field.argument("orderBy").map_or(Ok(Vec::new()), |order| model.orders.parse(order));
        let order = order.map_err(|error| at(error.within("orderBy")))?;
        self.readable(model, order.iter().map(|by| by.field), field.pos)?;
        let wanted = self.wanted(model, &asked.rows)?;
        Ok(Plan { asked, permitted, condition, order, bounds: self.bounds(field)?, wanted })
    }

    /// A page of rows, with what they lead to; only of those that satisfy a condition, where there is one.
    pub(super) async fn page(
        self,
        model: &ModelEntry,
        field: &Selected<'q>,
        plan: &Plan<'q>,
        among: Option<Condition>,
    ) -> ServerResult<Value> {
        let Plan { asked: Connection { name, edge, selected, .. }, wanted, .. } = plan;
        let given = |name: &str| field.argument(name).and_then(Json::as_str);
        let asks_for = |names: &[&str]| selected.iter().any(|part| names.contains(&part.name));
        let query = PageQuery {
            tenant: &self.principal.tenant,
            fields: wanted.fields(),
            whole: wanted.whole(),
            permitted: plan.permitted.clone(),
            condition: match among {
                None => plan.condition.clone(),
                Some(among) => Condition::All(vec![among, plan.condition.clone()]),
            },
            order: &plan.order,
            limit: plan.bounds.limit,
            backwards: plan.bounds.backwards,
            after: given("after"),
            before: given("before"),
            count: asks_for(&["totalCount"]),
            rows: asks_for(&["nodes", "edges", "pageInfo"]),
        };
        let page = connection::page(&model.rows, &query).await;
        let page = page.map_err(|error| Problem::of_read(error).at(field.pos))?;
        let mut object = Object::new();
        for part in selected {
            let value = match part.name {
                "nodes" => {
                    let fields = self.asked.of_type(&part.sets, model.type_name())?;
                    Value::List(self.rows(model, wanted, &page.rows, &fields).await?)
                }
                "edges" => self.edges(model, wanted, &page, part, edge).await?,
                "pageInfo" => {
                    let ends = (page.cursors.first(), page.cursors.last());
                    page_info(self.asked, part, page.has_next, page.has_previous, ends)?
                }
                "totalCount" => page.count.map_or(Value::Null, big),
                "position" => big(page.position),
                _ => type_name(part, name)?,
            };
            object.insert(part.key.clone(), value);
        }
        Ok(Value::Object(object))
    }

    /// How many are asked for, and from which end.
    pub(super) fn bounds(self, field: &Selected<'_>) -> ServerResult<Bounds> {
        let SchemaOptions { usual_page, most_of_page, .. } = self.engine.options;
        let bounds = Bounds::of(field.argument("first"), field.argument("last"), usual_page, most_of_page);
        bounds.map_err(|error| Problem::of_read(error).at(field.pos))
    }

    /// What is asked of a connection, and of the rows in it, however they are asked for.
    pub(super) fn asked_of(self, model: &ModelEntry, field: &Selected<'q>) -> ServerResult<Connection<'q>> {
        let (name, edge) = (format!("{}Connection", model.type_name()), format!("{}Edge", model.type_name()));
        let selected = self.asked.of_type(&field.sets, &name)?;
        let mut rows = Vec::new();
        for part in &selected {
            match part.name {
                "nodes" => rows.extend(self.asked.of_type(&part.sets, model.type_name())?),
                "edges" => {
                    for part in self.asked.of_type(&part.sets, &edge)?.iter().filter(|part| part.name == "node") {
                        rows.extend(self.asked.of_type(&part.sets, model.type_name())?);
                    }
                }
                _ => {}
            }
        }
        Ok(Connection { name, edge, selected, rows })
    }

    async fn edges(
        self,
        model: &ModelEntry,
        wanted: &Wanted,
        page: &Page,
        field: &Selected<'q>,
        edge: &str,
    ) -> ServerResult<Value> {
        let mut edges = vec![Object::new(); page.rows.len()];
        for part in self.asked.of_type(&field.sets, edge)? {
            let values = match part.name {
                "node" => {
                    let fields = self.asked.of_type(&part.sets, model.type_name())?;
                    self.rows(model, wanted, &page.rows, &fields).await?
                }
                "cursor" => page.cursors.iter().map(|cursor| Value::from(cursor.as_str())).collect(),
                _ => page.rows.iter().map(|_| type_name(&part, edge)).collect::<ServerResult<_>>()?,
            };
            for (edge, value) in edges.iter_mut().zip(values) {
                edge.insert(part.key.clone(), value);
            }
        }
        Ok(Value::List(edges.into_iter().map(Value::Object).collect()))
    }
}

/// Which page is asked for, of whichever rows.
pub(super) struct Plan<'q> {
    asked: Connection<'q>,
    permitted: Permitted,
    condition: Condition,
    order: Vec<OrderedBy>,
    bounds: Bounds,
    wanted: Wanted,
}

/// What is asked of a connection.
pub(super) struct Connection<'q> {
    /// Its type.
    name: String,
    /// The type of its edges.
    edge: String,
    selected: Vec<Selected<'q>>,
    /// All that is asked of rows.
    pub(super) rows: Vec<Selected<'q>>,
}

/// Where a page stands.
pub(super) fn page_info(
    asked: Asked<'_>,
    field: &Selected<'_>,
    next: bool,
    previous: bool,
    (first, last): (Option<&String>, Option<&String>),
) -> ServerResult<Value> {
    let cursor = |cursor: Option<&String>| cursor.map_or(Value::Null, |cursor| Value::from(cursor.as_str()));
    let mut object = Object::new();
    for part in asked.of_type(&field.sets, "PageInfo")? {
        let value = match part.name {
            "hasNextPage" => Value::from(next),
            "hasPreviousPage" => Value::from(previous),
            "startCursor" => cursor(first),
            "endCursor" => cursor(last),
            _ => type_name(&part, "PageInfo")?,
        };
        object.insert(part.key, value);
    }
    Ok(Value::Object(object))
}
