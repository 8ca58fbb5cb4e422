//! What tests append, in their own process and in others.

use chrono::DateTime;
use cqrs_runtime::store::{Append, ExpectedVersion, NewEvent, StreamKey};
use uuid::Uuid;

/// A payload that the databases of some tests refuse.
pub const REFUSED: &str = "\"refused\"";

/// A payload at which the databases of some tests take their time.
pub const SLOW: &str = "\"slow\"";

/// Any other payload.
pub const PLAIN: &str = "\"plain\"";

/// An append of events to a stream, all else empty.
#[must_use]
pub fn append(stream: StreamKey, expected: ExpectedVersion, events: Vec<NewEvent>) -> Append {
    Append {
        stream,
        expected,
        events,
        recorded_at: DateTime::UNIX_EPOCH,
        correlation_id: Uuid::nil(),
        causation_id: Uuid::nil(),
        principal: String::new(),
        keys: String::new(),
        claims: Vec::new(),
        receipt: None,
    }
}

/// An event with a payload.
#[must_use]
pub fn event(id: Uuid, name: &'static str, payload: impl Into<String>) -> NewEvent {
    NewEvent { id, name: name.into(), schema_version: 1, payload: payload.into() }
}
