//! Why a state can't be loaded or saved.

use std::fmt;

use crate::aggregate::misplaced;
use crate::event::{DecodeError, RawEvent};
use crate::json::EncodeError;
use crate::store::{AppendError, StoreError, StreamKey};

/// Why a state can't be built from its stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The database can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored event can't be turned into a typed one. Other streams are not affected.
    #[error("{event} can't be decoded")]
    Undecodable {
        /// Which event.
        event: Box<EventPlace>,
        /// Why.
        source: DecodeError,
    },
    /// An event that begins a stream stands within one, or the first event is not one that begins a stream.
    #[error("{event} can't stand in this place of its stream: {}", misplaced(event.version > 1))]
    OutOfPlace {
        /// Which event.
        event: Box<EventPlace>,
    },
    /// The stream lacks an event.
    #[error("{stream} lacks its event number {missing}: position {position} has number {found}")]
    Hole {
        /// The stream.
        stream: StreamKey,
        /// The version that was to come.
        missing: u64,
        /// The version that came.
        found: u64,
        /// The position of the event that came.
        position: u64,
    },
}

/// Which stored event an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPlace {
    /// Its place in the log.
    pub position: u64,
    /// Its stream.
    pub stream: StreamKey,
    /// Its place in the stream.
    pub version: u64,
    /// Its stored name.
    pub name: String,
    /// The version of its stored shape.
    pub schema_version: u32,
}

impl EventPlace {
    pub(super) fn of(raw: &RawEvent<'_>) -> Self {
        Self {
            position: raw.position,
            stream: stream_of(raw),
            version: raw.version,
            name: raw.name.to_owned(),
            schema_version: raw.schema_version,
        }
    }
}

impl fmt::Display for EventPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, stream, version, name, schema_version } = self;
        write!(f, "the event at position {position} (`{name}` version {schema_version}, number {version} of {stream})")
    }
}

impl LoadError {
    /// Whether the same call may succeed later, with nothing changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }
}

/// Why a decision can't be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The store did not accept it, or it is not known whether it did.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// An event can't be told in JSON; nothing was written.
    #[error("the event `{name}` can't be written as JSON")]
    Encode {
        /// Its stored name.
        name: &'static str,
        /// Why, and which field.
        source: EncodeError,
    },
    /// A decision began a stream with an event that can't, or used one that only begins streams; nothing was written.
    #[error("the event `{name}` can't be number {version} of {stream}: {}", misplaced(*version > 1))]
    OutOfPlace {
        /// Its stored name.
        name: &'static str,
        /// Where it would have stood.
        version: u64,
        /// The stream.
        stream: StreamKey,
    },
    /// The metadata names another tenant than the repository's; nothing was written.
    #[error("the metadata is of the tenant `{tenant}`, the repository of `{repository}`")]
    OtherTenant {
        /// Whom the metadata names.
        tenant: String,
        /// Whose aggregates the repository has.
        repository: String,
    },
    /// The caller's metadata can't be told in JSON; nothing was written.
    #[error("the metadata can't be written as JSON")]
    Metadata(#[source] serde_json::Error),
}

impl SaveError {
    /// Whether the same decision may be saved later, with nothing changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Append(error) if error.is_retryable())
    }
}

pub(super) fn stream_of(raw: &RawEvent<'_>) -> StreamKey {
    StreamKey::new(raw.stream_type.to_owned(), raw.stream_id).of_tenant(raw.tenant)
}

pub(super) fn undecodable(raw: &RawEvent<'_>, source: DecodeError) -> LoadError {
    LoadError::Undecodable { event: Box::new(EventPlace::of(raw)), source }
}
