//! Stored shapes: what an event, a state or a value looks like in the database.

mod render;

use std::collections::BTreeMap;
use std::fmt;

/// The stored shape of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A type without parts, by its name in the schema lock (`i64`, `text`, `time`).
    Scalar(&'static str),
    /// A value that may be absent.
    Optional(Box<Shape>),
    /// Any number of values.
    List(Box<Shape>),
    /// Values by key.
    Map(Box<Shape>, Box<Shape>),
    /// A fixed number of values.
    Tuple(Vec<Shape>),
    /// A type that [`Shapes`] defines under this name.
    Named(&'static str),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(name) | Self::Named(name) => f.write_str(name),
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::List(inner) => write!(f, "[{inner}]"),
            Self::Map(key, value) => write!(f, "{{{key}: {value}}}"),
            Self::Tuple(parts) => {
                f.write_str("(")?;
                for (index, part) in parts.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{part}")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// A named field and its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in the stored payload.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: Shape,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A newtype or an adapted type: stored as this shape.
    Alias(Shape),
    /// A struct with named fields.
    Record(Vec<Field>),
    /// An enum: each variant's stored name and, where it carries data, its definition.
    Choice(Vec<(&'static str, Option<Definition>)>),
}

/// The definitions of the named types met while describing something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    definitions: BTreeMap<&'static str, Option<Definition>>,
    clashes: Vec<&'static str>,
}

impl Shapes {
    /// Defines `name` unless it is known, and refers to it.
    ///
    /// `describe` may refer to `name` itself: recursive types are told by name.
    pub fn define(&mut self, name: &'static str, describe: impl FnOnce(&mut Self) -> Definition) -> Shape {
        match self.definitions.get(name) {
            None => {
                self.definitions.insert(name, None);
                let definition = describe(self);
                self.definitions.insert(name, Some(definition));
            }
            Some(None) => {}
            Some(Some(_)) => {
                let mut other = Self::default();
                other.definitions.insert(name, None);
                let definition = describe(&mut other);
                if self.definitions.get(name) != Some(&Some(definition)) && !self.clashes.contains(&name) {
                    self.clashes.push(name);
                }
            }
        }
        Shape::Named(name)
    }

    /// The definitions, by name.
    pub fn definitions(&self) -> impl Iterator<Item = (&'static str, &Definition)> {
        self.definitions.iter().filter_map(|(name, definition)| Some((*name, definition.as_ref()?)))
    }

    /// The definition of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(name)?.as_ref()
    }

    /// Names that two different types claim.
    #[must_use]
    pub fn clashes(&self) -> &[&'static str] {
        &self.clashes
    }
}

/// The shape of one schema version of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSchema {
    /// The stored name.
    pub name: &'static str,
    /// The schema version.
    pub version: u32,
    /// The payload.
    pub definition: Definition,
}

/// The shapes of an aggregate: every version of its events, and its state where it is kept in snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateSchema {
    /// The stored stream type.
    pub stream_type: &'static str,
    /// All versions of all events, retired ones included, oldest version first.
    pub events: Vec<EventSchema>,
    /// The state's snapshot version and shape.
    pub state: Option<(u32, Definition)>,
}
