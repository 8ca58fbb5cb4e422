//! The fields of the query.

use std::collections::BTreeMap;

use async_graphql::{PathSegment, ServerResult, Value};
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::super::Problem;
use super::super::catalog::{AggregateEntry, ModelEntry};
use super::super::engine::QueryField;
use super::super::node;
use super::super::selection::Selected;
use super::super::value::{Object, big, number, told, type_name};
use super::fresh::Shows;
use super::{Resolving, unknown};
use crate::api::{ApiScalar, ApiType, accept};
use crate::store::Until;

impl<'q> Resolving<'q> {
    /// Answers a field of the query.
    pub(in crate::graphql) async fn query(self, field: &Selected<'q>) -> ServerResult<Value> {
        let known = self.engine.queries.get(field.name).copied();
        match known.ok_or_else(|| unknown(field))? {
            QueryField::Node => self.node(field, field.argument("id").unwrap_or(&Json::Null)).await,
            QueryField::Nodes => {
                let ids = match field.argument("ids") {
                    Some(Json::Array(ids)) => ids.as_slice(),
                    // As GraphQL has it: a single value is a list of one.
                    Some(id) => std::slice::from_ref(id),
                    None => &[],
                };
                self.nodes(field, ids).await
            }
            QueryField::Row(model) => {
                let model = self.model(model, field)?;
                self.may_see(model, field)?;
                self.fresh(model, field, Shows::Row).await?;
                self.by_key(model, &self.key(model, field)?, field).await
            }
            QueryField::Rows(model) => {
                let model = self.model(model, field)?;
                let plan = self.plan(model, field)?;
                self.fresh(model, field, Shows::Page).await?;
                self.page(model, field, &plan, None).await
            }
            QueryField::State(aggregate) => self.state(self.aggregate(aggregate, field)?, field).await,
            QueryField::Events(aggregate) => self.trail(self.aggregate(aggregate, field)?, field).await,
            QueryField::Custom(custom) => {
                let custom = self.engine.extensions.queries.get(custom).ok_or_else(|| unknown(field))?;
                self.custom(custom, field).await
            }
        }
    }

    async fn node(self, field: &Selected<'q>, id: &Json) -> ServerResult<Value> {
        match node::read(&self.engine.catalog, id).map_err(|problem| problem.at(field.pos))? {
            Some((model, key)) => self.by_key(model, &key, field).await,
            None => Ok(Value::Null),
        }
    }

    /// The rows of several ids, those of one read model in one query where its key is one value. An id that is none costs the others
    /// nothing.
    async fn nodes(self, field: &Selected<'q>, ids: &[Json]) -> ServerResult<Value> {
        let most = self.engine.options.most_of_page;
        if ids.len() as u64 > most {
            return Err(Problem::input(format!("ids: at most {most} are taken")).at(field.pos));
        }
        let mut nodes = vec![Value::Null; ids.len()];
        let mut asked: BTreeMap<&str, Vec<(usize, Vec<Json>)>> = BTreeMap::new();
        for (place, id) in ids.iter().enumerate() {
            match node::read(&self.engine.catalog, id) {
                Ok(Some((model, key))) => asked.entry(model.type_name()).or_default().push((place, key)),
                Ok(None) => {}
                Err(problem) => {
                    let mut error = problem.at(field.pos);
                    error.path = vec![PathSegment::Field(field.key.to_string()), PathSegment::Index(place)];
                    self.asked.add_error(error);
                }
            }
        }
        for (model, asked) in asked {
            let Some(model) = self.engine.catalog.model(model) else { continue };
            let found = if model.single_key().is_some() {
                let keys: Vec<&Json> = asked.iter().filter_map(|(_, key)| key.first()).collect();
                self.by_keys(model, &keys, field).await?
            } else {
                let mut found = Vec::with_capacity(asked.len());
                for (_, key) in &asked {
                    found.push(self.by_key(model, key, field).await?);
                }
                found
            };
            for ((place, _), row) in asked.iter().zip(found) {
                nodes[*place] = row;
            }
        }
        Ok(Value::List(nodes))
    }

    /// The key that the arguments name, in its stored form.
    fn key(self, model: &ModelEntry, field: &Selected<'_>) -> ServerResult<Vec<Json>> {
        let part = |(name, index): (&str, usize)| {
            let ty = model.fields.get(index).map(|field| &field.ty);
            let ty = ty.unwrap_or(&ApiType::Scalar(ApiScalar::Json));
            self.accepted(field, name, ty)
        };
        model.key_arguments().into_iter().map(part).collect()
    }

    /// An argument, in its stored form.
    pub(super) fn accepted(self, field: &Selected<'_>, name: &str, ty: &ApiType) -> ServerResult<Json> {
        let given = field.argument(name).cloned().unwrap_or_default();
        let accepted = accept(given, ty, &self.engine.catalog.types);
        accepted.map_err(|error| Problem::input(error.within(name).to_string()).at(field.pos))
    }

    /// The state of an aggregate as of some time.
    async fn state(self, aggregate: &AggregateEntry, field: &Selected<'q>) -> ServerResult<Value> {
        let id = self.accepted(field, "id", &aggregate.id)?;
        let until = until(field).map_err(|problem| problem.at(field.pos))?;
        let own = self.visible(aggregate, field.pos)?;
        let state = aggregate.any.state(&self.principal.tenant, &id, until).await;
        let Some(state) = state.map_err(|problem| problem.at(field.pos))? else { return Ok(Value::Null) };
        // Asked behind the reading: whoever it belongs to now sees its whole past, and nobody else what came then.
        if let Some(own) = &own
            && !self.standing(aggregate, &id, own).await.map_err(|problem| problem.at(field.pos))?.is_own
        {
            return Ok(Value::Null);
        }
        let Json::Object(mut fields) = state.fields else { return Ok(Value::Null) };
        let mut object = Object::new();
        for part in self.asked.of_type(&field.sets, aggregate.state.name)? {
            let tell = |ty: &ApiType, stored: Json| told(&self.engine.catalog, self.asked, &part, ty, stored);
            let value = match part.name {
                "id" => tell(&aggregate.id, id.clone())?,
                "version" => big(state.version),
                "position" => big(state.position),
                "recordedAt" => tell(&ApiType::Scalar(ApiScalar::DateTime), state.recorded_at.clone())?,
                name => match aggregate.state.fields.iter().find(|known| known.name == name) {
                    Some(known) => {
                        let stored = fields.get_mut(known.stored).cloned().unwrap_or_default();
                        tell(&known.ty, stored)?
                    }
                    None => type_name(&part, aggregate.state.name)?,
                },
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }
}

/// Up to where a state is asked for.
fn until(field: &Selected<'_>) -> Result<Until, Problem> {
    let Some(as_of) = field.argument("asOf") else { return Ok(Until::Head) };
    let wrong = || Problem::input("asOf: it names one of `version`, `time` and `position`");
    match as_of.as_object().and_then(|given| given.iter().find(|(_, value)| !value.is_null())) {
        Some((name, value)) => match name.as_str() {
            "version" => number(value, "asOf.version").map(Until::Version),
            "position" => number(value, "asOf.position").map(Until::Position),
            "time" => {
                let time = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
                time.map(|time| Until::Time(time.with_timezone(&Utc))).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        },
        None => Err(wrong()),
    }
}
