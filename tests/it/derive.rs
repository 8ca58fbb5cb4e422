//! What the derives make of a domain, seen from a user's crate.

mod aggregates;
mod changes;
mod events;
mod hygiene;
mod read_models;
mod values;

use chrono::{DateTime, Utc};
use cqrs_runtime::event::RawEvent;
use uuid::Uuid;

/// A stored event with nothing but what decides how it is decoded.
pub(crate) fn raw<'a>(name: &'a str, schema_version: u32, payload: &'a str) -> RawEvent<'a> {
    RawEvent {
        position: 7,
        tenant: "",
        stream_type: "Account",
        stream_id: "ada",
        version: 3,
        event_id: Uuid::nil(),
        name,
        schema_version,
        payload,
        recorded_at: DateTime::<Utc>::UNIX_EPOCH,
        correlation_id: Uuid::nil(),
        causation_id: Uuid::nil(),
        principal: "grace",
        keys: "",
    }
}
