//! The audit trail of an aggregate, page by page, and its events one by one.

use async_graphql::{ServerResult, Value};
use futures_util::TryStreamExt;
use serde_json::{Value as Json, json};

use super::super::Problem;
use super::super::aggregate::{Events, Happened, Standing, Within};
use super::super::catalog::AggregateEntry;
use super::super::event_cursor::{EventCursor, Stream};
use super::super::failure::of_store;
use super::super::register::event_name;
use super::super::selection::Selected;
use super::super::value::{Object, big, plain, told, type_name};
use super::Resolving;
use super::pages::page_info;
use crate::access::Own;

/// How many bytes of payloads a page has, but for the last event: it is shorter where they are more.
const BYTES: usize = 4 << 20;
/// How many are read at once.
const BYTES_AT_ONCE: usize = 1 << 20;

/// Events up to a limit, or to the one with which they have enough bytes, and at least one more, if there is one; all parts of the
/// last stored one. And how many of them are for the page.
async fn some_more(
    mut events: Events,
    mut limit: usize,
    is_wanted: impl Fn(&Happened) -> bool,
) -> Result<(Vec<Happened>, usize), Problem> {
    let (mut found, mut bytes): (Vec<Happened>, usize) = (Vec::new(), 0);
    while let Some(event) = events.try_next().await? {
        if found.len() > limit && found.last().is_some_and(|last| last.version != event.version) {
            break;
        }
        if is_wanted(&event) {
            bytes = bytes.saturating_add(event.bytes);
            found.push(event);
            if bytes >= BYTES {
                limit = limit.min(found.len());
            }
        }
    }
    Ok((found, limit))
}

impl<'q> Resolving<'q> {
    /// The events of one, in the log as it is now.
    pub(super) async fn stream(self, aggregate: &AggregateEntry, id: &Json) -> Result<Stream, Problem> {
        let head = self.engine.store().head().await.map_err(|error| of_store(&error))?;
        Ok(Stream::new(head.log, aggregate.state.name, id))
    }

    /// Whether one is somebody's own.
    pub(super) async fn standing(self, aggregate: &AggregateEntry, id: &Json, own: &Own) -> Result<Standing, Problem> {
        aggregate.any.standing(&self.principal.tenant, id, own).await
    }

    /// The event that a cursor names, which the log still has.
    pub(super) async fn cursor(
        self,
        stream: &Stream,
        field: &Selected<'_>,
        name: &str,
    ) -> Result<Option<EventCursor>, Problem> {
        let Some(text) = field.argument(name).and_then(Json::as_str) else { return Ok(None) };
        let cursor = stream.read(text)?;
        self.engine.store().check_cursor(cursor.at).await.map_err(|error| of_store(&error))?;
        Ok(Some(cursor))
    }

    /// A page of all that has happened to one.
    pub(super) async fn trail(self, aggregate: &AggregateEntry, field: &Selected<'q>) -> ServerResult<Value> {
        let at = |problem: Problem| problem.at(field.pos);
        let id = self.accepted(field, "id", &aggregate.id)?;
        let bounds = self.bounds(field)?;
        let own = self.visible(aggregate, field.pos)?;
        let stream = self.stream(aggregate, &id).await.map_err(at)?;
        let after = self.cursor(&stream, field, "after").await.map_err(at)?;
        let before = self.cursor(&stream, field, "before").await.map_err(at)?;
        let within = Within {
            from: after.map(|cursor| cursor.version),
            to: before.map(|cursor| cursor.version),
            backwards: bounds.backwards,
            // With those of both cursors, and one more.
            size: (bounds.limit.saturating_add(3), BYTES_AT_ONCE),
        };
        let events = aggregate.any.events(&self.principal.tenant, &id, within).map_err(at)?;
        let is_between = |event: &Happened| {
            after.is_none_or(|cursor| cursor.is_before(event)) && before.is_none_or(|cursor| cursor.is_behind(event))
        };
        let limit = usize::try_from(bounds.limit).unwrap_or(usize::MAX);
        let (mut events, limit) = some_more(events, limit, is_between).await.map_err(at)?;
        // Asked behind the reading: of one that is not one's own, as of one that is not there, there are none.
        if let Some(own) = &own
            && !self.standing(aggregate, &id, own).await.map_err(at)?.is_own
        {
            events.clear();
        }
        if bounds.backwards {
            // The parts of one stored event come in their order.
            events.sort_by_key(|event| (event.version, event.part));
        }
        let has_more = events.len() > limit;
        let page = if bounds.backwards { events.split_off(events.len().saturating_sub(limit)) } else { events };
        let page: Vec<Happened> = page.into_iter().take(limit).collect();
        self.connection(
            aggregate,
            field,
            &page,
            &stream,
            (bounds.backwards, has_more, after.is_some(), before.is_some()),
        )
    }

    fn connection(
        self,
        aggregate: &AggregateEntry,
        field: &Selected<'q>,
        page: &[Happened],
        stream: &Stream,
        (backwards, has_more, after, before): (bool, bool, bool, bool),
    ) -> ServerResult<Value> {
        let name = format!("{}Connection", event_name(aggregate));
        let cursors: Vec<String> = page.iter().map(|event| stream.cursor(event)).collect();
        let (next, previous) = if backwards { (before, has_more) } else { (has_more, after) };
        let mut object = Object::new();
        for part in self.asked.of_type(&field.sets, &name)? {
            let value = match part.name {
                "edges" => {
                    let edges =
                        page.iter().zip(&cursors).map(|(event, cursor)| self.edge(aggregate, &part, event, cursor));
                    Value::List(edges.collect::<ServerResult<_>>()?)
                }
                "nodes" => {
                    let nodes =
                        page.iter().zip(&cursors).map(|(event, cursor)| self.event(aggregate, &part, event, cursor));
                    Value::List(nodes.collect::<ServerResult<_>>()?)
                }
                "pageInfo" => page_info(self.asked, &part, next, previous, (cursors.first(), cursors.last()))?,
                _ => type_name(&part, &name)?,
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }

    fn edge(
        self,
        aggregate: &AggregateEntry,
        field: &Selected<'q>,
        event: &Happened,
        cursor: &str,
    ) -> ServerResult<Value> {
        let name = format!("{}Edge", event_name(aggregate));
        let mut object = Object::new();
        for part in self.asked.of_type(&field.sets, &name)? {
            let value = match part.name {
                "node" => self.event(aggregate, &part, event, cursor)?,
                "cursor" => Value::from(cursor),
                _ => type_name(&part, &name)?,
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }

    /// The same, of an event that has just come.
    pub(super) fn event_now(
        self,
        aggregate: &AggregateEntry,
        field: &Selected<'q>,
        event: &Happened,
        stream: &Stream,
    ) -> ServerResult<Value> {
        self.event(aggregate, field, event, &stream.cursor(event))
    }

    /// What was asked of an event.
    fn event(
        self,
        aggregate: &AggregateEntry,
        field: &Selected<'q>,
        event: &Happened,
        cursor: &str,
    ) -> ServerResult<Value> {
        let Some((_, record)) = aggregate.events.iter().find(|(stored, _)| *stored == event.name) else {
            return Ok(Value::Null);
        };
        let mut object = Object::new();
        for part in self.asked.of_type(&field.sets, record.name)? {
            let value = if part.name == "metadata" {
                self.metadata(&part, event, cursor)?
            } else if let Some(known) = record.fields.iter().find(|known| known.name == part.name) {
                let stored = event.payload.get(known.stored).cloned().unwrap_or_default();
                told(&self.engine.catalog, self.asked, &part, &known.ty, stored)?
            } else {
                type_name(&part, record.name)?
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }

    fn metadata(self, field: &Selected<'q>, event: &Happened, cursor: &str) -> ServerResult<Value> {
        let known = &event.metadata;
        let mut object = Object::new();
        for part in self.asked.of_type(&field.sets, "EventMetadata")? {
            let value = match part.name {
                "cursor" => Value::from(cursor),
                "position" => big(event.position),
                "version" => big(event.version),
                "eventId" => Value::from(known.event_id.to_string()),
                "correlationId" => Value::from(known.correlation_id.to_string()),
                "causationId" => Value::from(known.causation_id.to_string()),
                "principal" if known.principal.is_empty() => Value::Null,
                "principal" => Value::from(known.principal.as_str()),
                "recordedAt" => plain(json!(known.recorded_at), &part)?,
                _ => type_name(&part, "EventMetadata")?,
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }
}
