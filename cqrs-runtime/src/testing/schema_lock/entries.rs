//! The lines of a lock file.

use std::collections::BTreeMap;
use std::fmt;

use super::{Added, SchemaLock};
use crate::schema::Definition;
use crate::schema::render::Name;

const HEADING: &str = "\
# The shapes in which events, states and values are stored. Commit this file: the tests compare the code with it.
# It is written by `CQRS_SCHEMA_LOCK=update cargo test`, not by hand.
";

/// What a line tells the shape of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Event { aggregate: String, name: String, version: u32 },
    State { aggregate: String },
    Value { name: String },
}

/// A recorded shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The version of a state's snapshots; 0 for the others, whose version is in the subject or nowhere.
    pub(super) state_version: u32,
    /// The shape, as text.
    pub(super) shape: String,
    /// The values that it is made of; not recorded, so empty for what was read from a file.
    pub(super) values: Vec<&'static str>,
}

/// All lines, in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Entries(pub(super) BTreeMap<Subject, Entry>);

impl Entries {
    /// What the program stores.
    pub(super) fn of(lock: &SchemaLock) -> Self {
        let entry = |definition: &Definition, state_version| Entry {
            state_version,
            shape: definition.to_string(),
            values: definition.reaches(&lock.shapes).into_iter().collect(),
        };
        let mut entries = BTreeMap::new();
        for (aggregate, Added { schema, .. }) in &lock.aggregates {
            for event in &schema.events {
                let (aggregate, name) = ((*aggregate).to_owned(), event.name.to_owned());
                let subject = Subject::Event { aggregate, name, version: event.version };
                entries.insert(subject, entry(&event.definition, 0));
            }
            if let Some((version, definition)) = &schema.state {
                let subject = Subject::State { aggregate: (*aggregate).to_owned() };
                entries.insert(subject, entry(definition, *version));
            }
        }
        for (name, definition) in lock.shapes.definitions() {
            entries.insert(Subject::Value { name: name.to_owned() }, entry(definition, 0));
        }
        Self(entries)
    }

    /// What a file tells; the number of the first malformed line otherwise.
    pub(super) fn parse(text: &str) -> Result<Self, usize> {
        let mut entries = BTreeMap::new();
        for (line, number) in text.lines().zip(1_usize..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (subject, entry) = parse_line(line).ok_or(number)?;
            entries.insert(subject, entry);
        }
        Ok(Self(entries))
    }
}

fn parse_line(line: &str) -> Option<(Subject, Entry)> {
    let (kind, rest) = line.split_once(' ')?;
    let (first, rest) = parse_name(rest)?;
    let (subject, state_version, rest) = match kind {
        "event" => {
            let (name, rest) = parse_name(rest)?;
            let (version, rest) = rest.split_once(' ')?;
            (Subject::Event { aggregate: first, name, version: version.parse().ok()? }, 0, rest)
        }
        "state" => {
            let (version, rest) = rest.split_once(' ')?;
            (Subject::State { aggregate: first }, version.parse().ok()?, rest)
        }
        "value" => (Subject::Value { name: first }, 0, rest),
        _ => return None,
    };
    let shape = rest.strip_prefix("= ")?.to_owned();
    Some((subject, Entry { state_version, shape, values: Vec::new() }))
}

/// A name, plain or in quotes, and what stands after it and a space.
fn parse_name(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        let (name, rest) = text.split_once(' ')?;
        return Some((name.to_owned(), rest));
    }
    let mut names = serde_json::Deserializer::from_str(text).into_iter();
    let name = names.next()?.ok()?;
    Some((name, text.get(names.byte_offset()..)?.strip_prefix(' ')?))
}

impl fmt::Display for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADING)?;
        let mut section = "";
        for (subject, entry) in &self.0 {
            let kind = subject.kind();
            if kind != section {
                writeln!(f)?;
                section = kind;
            }
            match subject {
                Subject::Event { aggregate, name, version } => {
                    write!(f, "event {} {} {version}", Name(aggregate), Name(name))?;
                }
                Subject::State { aggregate } => write!(f, "state {} {}", Name(aggregate), entry.state_version)?,
                Subject::Value { name } => write!(f, "value {}", Name(name))?,
            }
            writeln!(f, " = {}", entry.shape)?;
        }
        Ok(())
    }
}

impl Subject {
    /// Whether it is the value of a name, as it stands in shapes.
    pub(super) fn is_value(&self, written: &str) -> bool {
        matches!(self, Self::Value { name } if Name(name).to_string() == written)
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Event { .. } => "event",
            Self::State { .. } => "state",
            Self::Value { .. } => "value",
        }
    }
}
