//! The fields of the subscription: events and rows as they come.

use std::sync::Arc;

use async_graphql::{ServerError, ServerResult, Value};
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::Value as Json;
use tokio::sync::Mutex;

use super::super::Problem;
use super::super::aggregate::{Happened, Standing};
use super::super::catalog::{AggregateEntry, ModelEntry};
use super::super::engine::SubscriptionField;
use super::super::event_cursor::Stream;
use super::super::failure::of_query;
use super::super::node;
use super::super::selection::Selected;
use super::super::value::{Object, big, type_name};
use super::rows::Wanted;
use super::{Resolving, unknown};
use crate::access::Own;
use crate::projection::AnyChange;

/// What comes, as it was asked for.
pub(in crate::graphql) type Coming<'a> = BoxStream<'a, ServerResult<Value>>;

impl<'q> Resolving<'q> {
    /// Follows what a field of the subscription names.
    pub(in crate::graphql) async fn subscription(self, field: Selected<'q>) -> ServerResult<Coming<'q>> {
        let known = self.engine.subscriptions.get(field.name).copied();
        match known.ok_or_else(|| unknown(&field))? {
            SubscriptionField::Events(aggregate) => self.follow(self.aggregate(aggregate, &field)?, field).await,
            SubscriptionField::Changes(model) => self.changes(self.model(model, &field)?, field),
        }
    }

    /// The events of one behind a cursor, and those that come.
    async fn follow(self, aggregate: &'q AggregateEntry, field: Selected<'q>) -> ServerResult<Coming<'q>> {
        let at = |problem: Problem| problem.at(field.pos);
        let id = self.accepted(&field, "id", &aggregate.id)?;
        let own = self.visible(aggregate, field.pos)?;
        let stream = self.stream(aggregate, &id).await.map_err(at)?;
        let after = self.cursor(&stream, &field, "after").await.map_err(at)?;
        // The event of the cursor is read again, for of one that an upcaster splits a part may have been taken alone.
        let from = after.map(|cursor| cursor.version);
        let events = aggregate.any.subscribe(&self.principal.tenant, &id, from).map_err(at)?;
        let known = Arc::new(Followed { field, stream, id, own, standing: Mutex::default() });
        let told = events.filter_map(move |event| {
            let known = Arc::clone(&known);
            async move {
                let shown = match event {
                    Ok(event) if after.is_some_and(|cursor| !cursor.is_before(&event)) => Ok(None),
                    Ok(event) => {
                        self.is_shown(aggregate, &known, &event).await.map(|is_shown| is_shown.then_some(event))
                    }
                    Err(problem) => Err(problem),
                };
                match shown {
                    Ok(event) => event.map(|event| self.event_now(aggregate, &known.field, &event, &known.stream)),
                    Err(problem) => Some(Err(problem.at(known.field.pos))),
                }
            }
        });
        Ok(told.boxed())
    }

    /// Whether who follows may see an event: an aggregate is somebody's own by its state as it is now, which is asked again
    /// with each event that it did not know of.
    async fn is_shown(
        self,
        aggregate: &AggregateEntry,
        followed: &Followed<'_>,
        event: &Happened,
    ) -> Result<bool, Problem> {
        let Some(own) = &followed.own else { return Ok(true) };
        let mut standing = followed.standing.lock().await;
        if standing.version < event.version {
            *standing = self.standing(aggregate, &followed.id, own).await?;
        }
        Ok(standing.is_own)
    }

    /// The rows that satisfy a filter, and their changes as they come.
    fn changes(self, model: &'q ModelEntry, field: Selected<'q>) -> ServerResult<Coming<'q>> {
        let permitted = self.permitted(model, field.pos)?;
        let condition = permitted.and(self.filter(model, &field)?).into_condition();
        let name = format!("{}Change", model.type_name());
        let selected = self.asked.of_type(&field.sets, &name)?;
        let rows: Vec<_> = selected.iter().filter(|part| part.name == "row").collect();
        let mut row = Vec::new();
        for part in rows {
            row.extend(self.asked.of_type(&part.sets, model.type_name())?);
        }
        let wanted = self.wanted(model, &row)?;
        let changes = model.rows.changes(&self.principal.tenant, condition, (wanted.fields(), wanted.whole()));
        let known = Arc::new((field, selected, wanted, name));
        let told = changes.then(move |change| {
            let known = Arc::clone(&known);
            async move {
                let (field, selected, wanted, name) = &*known;
                let change = change.map_err(|error| of_query(&error).at(field.pos))?;
                self.change(model, (selected, wanted, name), change).await
            }
        });
        Ok(told.boxed())
    }

    async fn change(
        self,
        model: &ModelEntry,
        (selected, wanted, name): (&[Selected<'q>], &Wanted, &str),
        change: AnyChange,
    ) -> ServerResult<Value> {
        let (kind, key, row, position) = match change {
            AnyChange::Reset => ("RESET", None, None, None),
            AnyChange::Upsert { key, row, position } => ("UPSERT", Some(key), Some(row), Some(position)),
            AnyChange::Removed { key, position } => ("REMOVED", Some(key), None, Some(position)),
        };
        let mut object = Object::new();
        for part in selected {
            let value = match part.name {
                "kind" => Value::Enum(async_graphql::Name::new(kind)),
                "id" => key.as_ref().map_or(Value::Null, |key| Value::from(node::id(model, key))),
                "position" => position.map_or(Value::Null, big),
                "row" => match &row {
                    Some(row) => {
                        let fields = self.asked.of_type(&part.sets, model.type_name())?;
                        self.row(model, wanted, row.clone(), &fields).await?
                    }
                    None => Value::Null,
                },
                _ => type_name(part, name)?,
            };
            object.insert(part.key.clone(), value);
        }
        Ok(Value::Object(object))
    }
}

/// The events of one that are followed.
struct Followed<'q> {
    field: Selected<'q>,
    stream: Stream,
    id: Json,
    /// Whose it must be.
    own: Option<Own>,
    /// Whose it was when that was asked last.
    standing: Mutex<Standing>,
}

/// A stream of one error.
pub(in crate::graphql) fn failed<'a>(error: ServerError) -> Coming<'a> {
    futures_util::stream::once(async move { Err(error) }).boxed()
}
