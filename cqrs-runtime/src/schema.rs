//! Stored shapes: what an event, a state or a value looks like in the database.

pub(crate) mod render;
mod shapes;
#[cfg(test)]
mod tests;

use std::fmt;

pub use self::shapes::Shapes;

use self::render::Name;

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
    /// Another type that claims the name of one before it: which one, from 1.
    Clashing(&'static str, usize),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(name) => f.write_str(name),
            Self::Named(name) => Name(name).fmt(f),
            Self::Clashing(name, index) => write!(f, "{}#{index}", Name(name)),
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
