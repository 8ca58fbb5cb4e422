//! An event as it is stored, owned.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::StreamKey;
use crate::event::RawEvent;

/// An event as it is stored; [`RawEvent`] is the borrowed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the log, from 1.
    pub position: u64,
    /// Its stream.
    pub stream: StreamKey,
    /// Its place in the stream, from 1.
    pub version: u64,
    /// Its id, unique in the log.
    pub event_id: Uuid,
    /// Its stored name.
    pub name: String,
    /// The version of its stored shape.
    pub schema_version: u32,
    /// The payload, JSON.
    pub payload: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Common to all that one request set off.
    pub correlation_id: Uuid,
    /// What caused it.
    pub causation_id: Uuid,
    /// Who asked for it; empty where nobody is known.
    pub principal: String,
    /// What else the caller attached: a JSON object of texts, or empty.
    pub keys: String,
}

impl StoredEvent {
    /// The same event, borrowed.
    #[must_use]
    pub fn as_raw(&self) -> RawEvent<'_> {
        RawEvent {
            position: self.position,
            tenant: &self.stream.tenant,
            stream_type: &self.stream.stream_type,
            stream_id: &self.stream.id,
            version: self.version,
            event_id: self.event_id,
            name: &self.name,
            schema_version: self.schema_version,
            payload: &self.payload,
            recorded_at: self.recorded_at,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            principal: &self.principal,
            keys: &self.keys,
        }
    }
}

impl From<RawEvent<'_>> for StoredEvent {
    fn from(raw: RawEvent<'_>) -> Self {
        Self {
            position: raw.position,
            stream: StreamKey::new(raw.stream_type.to_owned(), raw.stream_id).of_tenant(raw.tenant),
            version: raw.version,
            event_id: raw.event_id,
            name: raw.name.to_owned(),
            schema_version: raw.schema_version,
            payload: raw.payload.to_owned(),
            recorded_at: raw.recorded_at,
            correlation_id: raw.correlation_id,
            causation_id: raw.causation_id,
            principal: raw.principal.to_owned(),
            keys: raw.keys.to_owned(),
        }
    }
}
