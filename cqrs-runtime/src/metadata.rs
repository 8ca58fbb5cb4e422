//! What is recorded beside an event: who, when, why.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What is known of a recorded event beyond its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventMetadata {
    /// The event's own id, a UUIDv7, unique in the log.
    pub event_id: Uuid,
    /// Common to all that one request set off.
    pub correlation_id: Uuid,
    /// What caused the event directly: the command, or the message that the caller named.
    pub causation_id: Uuid,
    /// Who asked for it; empty where nobody is known.
    pub principal: String,
    /// Whose it is; empty without tenants.
    pub tenant: String,
    /// When it was recorded, in microseconds; never before its predecessor in the stream.
    pub recorded_at: DateTime<Utc>,
    /// Whatever else the caller attached.
    pub keys: BTreeMap<String, String>,
}

/// What a caller says of a command beyond its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandMetadata {
    /// Common to all that one request sets off; without it, the command starts a correlation of its own.
    pub correlation_id: Option<Uuid>,
    /// What causes the command; without it, events name the command itself.
    pub causation_id: Option<Uuid>,
    /// Who asks for it; empty where nobody is known.
    pub principal: String,
    /// Whose it is; empty without tenants.
    pub tenant: String,
    /// Whatever else is to be kept with the events.
    pub keys: BTreeMap<String, String>,
}
