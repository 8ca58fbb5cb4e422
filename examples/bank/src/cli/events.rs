//! Recorded events, as people and programs get them.

use std::collections::BTreeMap;

use bank::domain::AccountEvent;
use comfy_table::Table;
use cqrs_runtime::prelude::*;
use serde_json::value::RawValue;

use super::details;
use super::failure::Failure;
use super::output::table;

/// An event with all that is known of it.
#[derive(Serialize)]
pub(crate) struct EventView {
    version: u64,
    event: &'static str,
    schema_version: u32,
    payload: Box<RawValue>,
    position: u64,
    recorded_at: DateTime<Utc>,
    principal: String,
    event_id: Uuid,
    correlation_id: Uuid,
    causation_id: Uuid,
    keys: BTreeMap<String, String>,
}

impl EventView {
    pub(crate) fn of(recorded: Recorded<AccountEvent>) -> Result<Self, Failure> {
        let Recorded { event, position, version, metadata, .. } = recorded;
        Ok(Self {
            version,
            event: event.name(),
            schema_version: event.schema_version(),
            payload: RawValue::from_string(event.payload()?)?,
            position,
            recorded_at: metadata.recorded_at,
            principal: metadata.principal,
            event_id: metadata.event_id,
            correlation_id: metadata.correlation_id,
            causation_id: metadata.causation_id,
            keys: metadata.keys,
        })
    }

    /// The payload on one line.
    fn details(&self) -> String {
        details::prose(self.payload.get())
    }

    fn keys(&self) -> String {
        self.keys.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
    }
}

/// What has happened, in a few columns.
pub(crate) fn short(events: &[EventView]) -> Table {
    let mut table = table(["version", "event", "details"]);
    for event in events {
        table.add_row([event.version.to_string(), event.event.to_owned(), event.details()]);
    }
    table
}

/// What has happened, when, and at whose request.
pub(crate) fn audit(events: &[EventView]) -> Table {
    let mut table = table(["version", "recorded at (UTC)", "event", "details", "by", "keys"]);
    for event in events {
        let by = if event.principal.is_empty() { "-" } else { &event.principal };
        let recorded_at = event.recorded_at.format("%F %T%.3f").to_string();
        let version = event.version.to_string();
        table.add_row([&version, &recorded_at, event.event, &event.details(), by, &event.keys()]);
    }
    table
}

/// What has happened, and the ids by which it can be followed.
pub(crate) fn trace(events: &[EventView]) -> Table {
    let mut table = table(["version", "position", "event", "event id", "caused by", "correlation"]);
    for event in events {
        let ids = [event.event_id, event.causation_id, event.correlation_id].map(|id| id.to_string());
        let [id, cause, correlation] = ids;
        table.add_row([
            &event.version.to_string(),
            &event.position.to_string(),
            event.event,
            &id,
            &cause,
            &correlation,
        ]);
    }
    table
}
