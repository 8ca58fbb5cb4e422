//! Domain values as text that a domain expert can read.

use std::fmt::{Display, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::document::Document;
use crate::aggregate::EventSet;
use crate::command::Command;
use crate::metadata::CommandMetadata;

/// A command with who asks and when, where the specification says so.
pub(super) fn when<C: Command>(command: &C, moment: DateTime<Utc>, metadata: &CommandMetadata) -> String {
    let mut text = String::new();
    if moment != DateTime::UNIX_EPOCH {
        let _ = writeln!(text, "on {}", moment.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
    if !metadata.principal.is_empty() {
        let _ = writeln!(text, "by {}", metadata.principal);
    }
    if !metadata.tenant.is_empty() {
        let _ = writeln!(text, "for tenant {}", metadata.tenant);
    }
    text + &titled(C::NAME, &json(command))
}

/// Events, one after the other.
pub(super) fn events<E: EventSet>(events: &[E]) -> String {
    if events.is_empty() {
        return "nothing\n".to_owned();
    }
    events.iter().map(|event| titled(event.name(), &payload(event))).collect()
}

/// A state, field by field.
pub(super) fn state<A: Serialize>(state: Option<&A>) -> String {
    state.map_or_else(|| "none\n".to_owned(), |state| fields(&json(state)))
}

/// A paragraph of a specification: a title and an indented text.
pub(super) fn paragraph(title: &str, text: &str) -> String {
    format!("{title}\n{}", indented(text))
}

fn payload<E: EventSet>(event: &E) -> Document {
    document(event.payload())
}

fn json(value: &impl Serialize) -> Document {
    document(serde_json::to_string(value))
}

fn document<E: Display>(json: Result<String, E>) -> Document {
    let unwritten = |error: &dyn Display| Document::Text(format!("(can't be written as JSON: {error})"));
    match json {
        Ok(json) => serde_json::from_str(&json).unwrap_or_else(|error| unwritten(&error)),
        Err(error) => unwritten(&error),
    }
}

fn titled(name: &str, content: &Document) -> String {
    format!("{name}\n{}", indented(&fields(content)))
}

fn fields(content: &Document) -> String {
    match content {
        Document::Record(fields) => fields.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "{}: {}", name.replace('_', " "), inline(value));
            text
        }),
        Document::Nothing => String::new(),
        other => format!("{}\n", inline(other)),
    }
}

/// A value on one line, without quotes and braces.
fn inline(value: &Document) -> String {
    match value {
        Document::Nothing => "none".to_owned(),
        Document::Truth(true) => "yes".to_owned(),
        Document::Truth(false) => "no".to_owned(),
        Document::Number(number) => number.to_string(),
        Document::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Document::Text(text) => text.clone(),
        Document::List(items) if items.is_empty() => "none".to_owned(),
        Document::List(items) => items.iter().map(nested).collect::<Vec<_>>().join("; "),
        Document::Record(fields) => {
            let parts = fields.iter().map(|(name, value)| format!("{} {}", name.replace('_', " "), nested(value)));
            parts.collect::<Vec<_>>().join(", ")
        }
    }
}

fn nested(value: &Document) -> String {
    match value {
        Document::Record(_) | Document::List(_) => format!("({})", inline(value)),
        scalar => inline(scalar),
    }
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut indented, line| {
        let _ = writeln!(indented, "  {line}");
        indented
    })
}
