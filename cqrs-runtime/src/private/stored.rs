//! Ids, values and their shapes.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::column::Column;
use crate::event::Event;
use crate::id::{GeneratedId, ParseIdError, check_text};
use crate::schema::{Definition, EventSchema, Field, Shape, Shapes};
use crate::value::{Adapter, Value};

/// That a newtype is stored as an adapter says, which may be less visible than the newtype.
pub trait Adapted {
    /// The newtype.
    type Newtype;
    /// What it wraps.
    type Foreign;
    /// How that is stored.
    type Adapter: Adapter<Self::Foreign>;

    /// The wrapped value.
    fn unwrap(newtype: &Self::Newtype) -> &Self::Foreign;

    /// Wraps a value.
    fn wrap(foreign: Self::Foreign) -> Self::Newtype;
}

type Stored<A> = <<A as Adapted>::Adapter as Adapter<<A as Adapted>::Foreign>>::Stored;

/// The shape in which it is stored.
pub fn adapted_shape<A: Adapted>(shapes: &mut Shapes) -> Shape {
    Stored::<A>::shape(shapes)
}

/// The columns in which it is stored.
#[must_use]
pub const fn adapted_column<A: Adapted>() -> Column {
    Stored::<A>::COLUMN
}

/// Writes what the adapter stores.
pub fn store<A: Adapted, S: Serializer>(newtype: &A::Newtype, serializer: S) -> Result<S::Ok, S::Error> {
    A::Adapter::store(A::unwrap(newtype)).serialize(serializer)
}

/// Reads what the adapter stores.
pub fn restore<'de, A: Adapted, D: Deserializer<'de>>(deserializer: D) -> Result<A::Newtype, D::Error> {
    let stored = Stored::<A>::deserialize(deserializer)?;
    A::Adapter::restore(stored).map(A::wrap).map_err(D::Error::custom)
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
