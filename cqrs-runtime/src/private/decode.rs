//! Decoding of events, through their versions.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::aggregate::EventSet;
use crate::event::{DecodeError, Event, Parts, RawEvent};
use crate::schema::{EventSchema, Shapes};
use crate::upcast::{Upcast, UpcastContext, UpcastError};

/// Decodes an event as a member of a set.
pub fn decode<E: Event, Set>(raw: &RawEvent<'_>, wrap: impl FnMut(E) -> Set) -> Result<Parts<Set>, DecodeError> {
    Ok(E::decode(raw)?.map(wrap))
}

/// Decodes the current version, the only one that it is asked for.
pub fn decode_current<E: Event>(raw: &RawEvent<'_>) -> Result<Parts<E>, DecodeError> {
    require_current::<E>(raw)?;
    payload(raw).map(Parts::One)
}

/// Decodes an event that has no fields, whether it was written as `null` or as `{}`.
pub fn decode_without_fields<E: Event>(raw: &RawEvent<'_>, event: E) -> Result<Parts<E>, DecodeError> {
    require_current::<E>(raw)?;
    payload::<NoFields>(raw).map(|_| Parts::One(event))
}

/// That an event's version before is a struct of its own, which may be less visible than the event.
pub trait Link {
    /// The event.
    type Event: Event;
    /// The version before.
    type Previous: Event;
}

/// The shapes of all versions before this one, oldest first.
pub fn history_before<L: Link>(shapes: &mut Shapes) -> Vec<EventSchema> {
    L::Previous::history(shapes)
}

/// Decodes the current version, or the one before and what it has become.
pub fn decode_after<L: Link>(raw: &RawEvent<'_>) -> Result<Parts<L::Event>, DecodeError>
where
    L::Event: Upcast<L::Previous>,
{
    if !(1..L::Event::VERSION).contains(&raw.schema_version) {
        return decode_current(raw);
    }
    upcast_from::<L::Event, L::Previous>(raw)
}

/// Decodes an event that is no longer written, and what it has become.
pub fn decode_retired<Set: EventSet + Upcast<Old>, Old: Event>(raw: &RawEvent<'_>) -> Result<Parts<Set>, DecodeError> {
    upcast_from::<Set, Old>(raw)
}

fn upcast_from<New: Upcast<Old>, Old: Event>(raw: &RawEvent<'_>) -> Result<Parts<New>, DecodeError> {
    let cx = UpcastContext::new(raw);
    Old::decode(raw)?
        .try_flat_map(|old| New::upcast(old, &cx).map_err(|source| DecodeError::Upcast { from: Old::VERSION, source }))
}

/// Decodes an old version, and converts it.
pub fn decode_old<Old: DeserializeOwned, New>(
    raw: &RawEvent<'_>,
    convert: impl FnOnce(Old) -> Result<New, UpcastError>,
) -> Result<Parts<New>, DecodeError> {
    convert(payload(raw)?).map(Parts::One).map_err(|source| DecodeError::Upcast { from: raw.schema_version, source })
}

fn require_current<E: Event>(raw: &RawEvent<'_>) -> Result<(), DecodeError> {
    if raw.schema_version == E::VERSION { Ok(()) } else { Err(DecodeError::UnknownVersion { latest: E::VERSION }) }
}

fn payload<T: DeserializeOwned>(raw: &RawEvent<'_>) -> Result<T, DecodeError> {
    serde_json::from_str(raw.payload).map_err(DecodeError::Payload)
}

/// A field whose type has changed, converted by `TryFrom`.
pub fn convert<Old, New>(old: Old) -> Result<New, UpcastError>
where
    New: TryFrom<Old>,
    New::Error: Into<UpcastError>,
{
    New::try_from(old).map_err(Into::into)
}

/// What the user's conversion of a field returns: the value, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "the conversion returns `{Self}`, but the field is a `{T}`",
    label = "returns neither `{T}` nor a `Result` of it"
)]
pub trait Converted<T> {
    /// The value.
    ///
    /// # Errors
    /// The conversion's own.
    fn converted(self) -> Result<T, UpcastError>;
}

impl<T> Converted<T> for T {
    fn converted(self) -> Result<T, UpcastError> {
        Ok(self)
    }
}

impl<T, E: Into<UpcastError>> Converted<T> for Result<T, E> {
    fn converted(self) -> Result<T, UpcastError> {
        self.map_err(Into::into)
    }
}

/// What a conversion has made of a field.
pub fn converted<T, R: Converted<T>>(returned: R) -> Result<T, UpcastError> {
    returned.converted()
}

/// The payload of an event without fields: `null`, or an object of which nothing is read.
#[derive(Debug)]
pub struct NoFields;

impl<'de> Deserialize<'de> for NoFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NoFieldsVisitor)
    }
}

struct NoFieldsVisitor;

impl<'de> Visitor<'de> for NoFieldsVisitor {
    type Value = NoFields;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("`null` or an object")
    }

    fn visit_unit<E>(self) -> Result<NoFields, E> {
        Ok(NoFields)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<NoFields, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(NoFields)
    }
}
