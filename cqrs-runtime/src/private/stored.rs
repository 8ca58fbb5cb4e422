//! Ids, values and their shapes.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::event::Event;
use crate::id::{GeneratedId, ParseIdError, check_text};
use crate::schema::{Definition, EventSchema, Field, Shape, Shapes};
use crate::value::{Adapter, Value};

/// The shape of `T`.
pub fn shape<T: Value>(shapes: &mut Shapes) -> Shape {
    T::shape(shapes)
}

/// The shape in which an adapter stores `T`.
pub fn adapted_shape<A: Adapter<T>, T>(shapes: &mut Shapes) -> Shape {
    A::Stored::shape(shapes)
}

/// Named fields.
#[must_use]
pub fn record<const N: usize>(fields: [(&'static str, Shape); N]) -> Definition {
    Definition::Record(fields.map(|(name, shape)| Field { name, shape }).into())
}

/// Variants.
#[must_use]
pub fn choice<const N: usize>(variants: [(&'static str, Option<Definition>); N]) -> Definition {
    Definition::Choice(variants.into())
}

/// One version of an event.
#[must_use]
pub fn event_schema<E: Event>(version: u32, definition: Definition) -> EventSchema {
    EventSchema { name: E::NAME, version, definition }
}

/// Writes what an adapter stores.
pub fn store<A: Adapter<T>, T, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    A::store(value).serialize(serializer)
}

/// Reads what an adapter stores.
pub fn restore<'de, A: Adapter<T>, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    A::restore(A::Stored::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// An id over a type that has a text.
pub fn parse_id<T: FromStr>(text: &str) -> Result<T, ParseIdError>
where
    ParseIdError: From<T::Err>,
{
    Ok(text.parse()?)
}

/// An id over a text.
pub fn id_from_text(text: String) -> Result<String, ParseIdError> {
    check_text(&text)?;
    Ok(text)
}

/// An id over a text, as it was stored or sent.
pub fn text_id_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    id_from_text(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// An id that the server makes.
#[must_use]
pub fn generate<I: GeneratedId>(uuid: Uuid) -> I {
    I::generate(uuid)
}
