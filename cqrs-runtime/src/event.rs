//! Events: facts, as plain structs, and their stored form.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api::{ApiRecord, ApiTypes};
use crate::json::{self, EncodeError};
use crate::metadata::EventMetadata;
use crate::schema::{EventSchema, Shapes};
use crate::upcast::UpcastError;

/// A fact that a domain records: a struct with a stored name and a schema version.
///
/// Derive it; `#[event(..)]` says what has changed between the versions.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// pub struct MoneyDeposited { pub amount: i64 }
///
/// assert_eq!((MoneyDeposited::NAME, MoneyDeposited::VERSION), ("MoneyDeposited", 1));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]` on `{Self}`"
)]
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name under which it is stored.
    const NAME: &'static str;
    /// The version of its stored shape; the first one is 1.
    const VERSION: u32;
    /// What clients call its type: the name of the Rust type.
    const API_NAME: &'static str;

    /// Decodes a stored payload of this or an earlier version; earlier ones go through the upcasters.
    ///
    /// # Errors
    /// When the version is not known, the payload is not of its shape, or an upcaster refuses it.
    fn decode(raw: &RawEvent<'_>) -> Result<Parts<Self>, DecodeError>;

    /// The shapes of all versions up to this one, oldest first.
    fn history(shapes: &mut Shapes) -> Vec<EventSchema>;

    /// What clients are told of it: its name, and the fields that are marked as public.
    fn api(types: &mut ApiTypes) -> ApiRecord;
}

/// An event, whichever it is, as it is to be stored.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]` on `{Self}`"
)]
pub trait AnyEvent {
    /// Its stored name.
    fn name(&self) -> &'static str;

    /// The version of its stored shape.
    fn schema_version(&self) -> u32;

    /// Its payload as JSON.
    ///
    /// # Errors
    /// When a field can't be told in JSON, as a float that is no number.
    fn payload(&self) -> Result<String, EncodeError>;
}

#[diagnostic::do_not_recommend]
impl<E: Event> AnyEvent for E {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn schema_version(&self) -> u32 {
        E::VERSION
    }

    fn payload(&self) -> Result<String, EncodeError> {
        json::encode(self)
    }
}

/// An event as it is stored, borrowed from the page that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawEvent<'a> {
    /// Its place in the log, from 1.
    pub position: u64,
    /// Whose it is; empty without tenants.
    pub tenant: &'a str,
    /// The aggregate's stored type.
    pub stream_type: &'a str,
    /// The aggregate's id, in its canonical text.
    pub stream_id: &'a str,
    /// Its place in the stream, from 1.
    pub version: u64,
    /// Its id, unique in the log.
    pub event_id: Uuid,
    /// Its stored name.
    pub name: &'a str,
    /// The version of its stored shape.
    pub schema_version: u32,
    /// The payload, JSON.
    pub payload: &'a str,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Common to all that one request set off.
    pub correlation_id: Uuid,
    /// What caused it.
    pub causation_id: Uuid,
    /// Who asked for it; empty where nobody is known.
    pub principal: &'a str,
    /// What else the caller attached: a JSON object of strings, or empty.
    pub keys: &'a str,
}

impl RawEvent<'_> {
    /// The metadata, owned.
    ///
    /// # Errors
    /// When the attached keys are not a JSON object of strings.
    pub fn metadata(&self) -> Result<EventMetadata, DecodeError> {
        let keys = match self.keys {
            "" => std::collections::BTreeMap::new(),
            keys => serde_json::from_str(keys).map_err(DecodeError::Metadata)?,
        };
        Ok(EventMetadata {
            event_id: self.event_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            principal: self.principal.to_owned(),
            tenant: self.tenant.to_owned(),
            recorded_at: self.recorded_at,
            keys,
        })
    }
}

/// What one stored event has become: itself, or the parts into which an upcaster split it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts<E> {
    /// One event, as nearly always.
    One(E),
    /// The parts, in order; they share position, version and id.
    Many(Vec<E>),
}

impl<E> Parts<E> {
    /// Converts each part.
    pub fn map<T>(self, mut convert: impl FnMut(E) -> T) -> Parts<T> {
        match self {
            Self::One(event) => Parts::One(convert(event)),
            Self::Many(events) => Parts::Many(events.into_iter().map(convert).collect()),
        }
    }

    /// Converts each part into any number of parts.
    ///
    /// # Errors
    /// The first error of `convert`.
    pub fn try_flat_map<T, X>(self, mut convert: impl FnMut(E) -> Result<Parts<T>, X>) -> Result<Parts<T>, X> {
        match self {
            Self::One(event) => convert(event),
            Self::Many(events) => {
                let mut parts = Vec::with_capacity(events.len());
                for event in events {
                    match convert(event)? {
                        Parts::One(part) => parts.push(part),
                        Parts::Many(more) => parts.extend(more),
                    }
                }
                Ok(Parts::Many(parts))
            }
        }
    }
}

impl<E> IntoIterator for Parts<E> {
    type Item = E;
    type IntoIter = std::iter::Chain<std::option::IntoIter<E>, std::vec::IntoIter<E>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self {
            Self::One(event) => (Some(event), Vec::new()),
            Self::Many(events) => (None, events),
        };
        one.into_iter().chain(many)
    }
}

impl<E> From<E> for Parts<E> {
    fn from(event: E) -> Self {
        Self::One(event)
    }
}

/// Why a stored event can't be turned into a typed one; trying again with the same program does not help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No event of the aggregate is stored under this name.
    #[error("no event is stored under this name")]
    UnknownName,
    /// The stored version is newer than this program, or has never existed.
    #[error("this program knows its versions 1 to {latest}")]
    UnknownVersion {
        /// The latest version that this program knows.
        latest: u32,
    },
    /// The payload is not of the shape that its version has.
    #[error("the payload is not of the version's shape")]
    Payload(#[source] serde_json::Error),
    /// The attached metadata can't be read.
    #[error("the metadata is not a JSON object of texts")]
    Metadata(#[source] serde_json::Error),
    /// Reading or upcasting it panicked.
    #[error("reading it panicked: {message}")]
    Panicked {
        /// What was said.
        message: String,
    },
    /// An upcaster refused it.
    #[error("the upcaster from version {from} refused it")]
    Upcast {
        /// The version that it was given.
        from: u32,
        /// Why.
        source: UpcastError,
    },
}

/// An event with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded<E> {
    /// The event.
    pub event: E,
    /// The id of the aggregate that it happened to, in its canonical text: parses into the id's type.
    pub stream_id: String,
    /// Its place in the log, from 1.
    pub position: u64,
    /// Its place in the stream, from 1.
    pub version: u64,
    /// Which part of the stored event it is, from 0, where an upcaster split it.
    pub part: u32,
    /// How many parts the stored event has; 1 where no upcaster split it.
    pub parts: u32,
    /// Who, when, why.
    pub metadata: EventMetadata,
}

impl<E> Recorded<E> {
    /// Whether all of the stored event has been seen with this one: a reader that stops earlier has to read it again.
    #[must_use]
    pub fn is_last_part(&self) -> bool {
        self.part + 1 >= self.parts
    }
}

impl<E> Deref for Recorded<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}
