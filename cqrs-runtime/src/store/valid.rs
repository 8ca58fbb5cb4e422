//! What every append must satisfy, whichever database it goes to.

use std::collections::HashSet;

use serde::de::IgnoredAny;

use super::{Append, InvalidAppend};
use crate::id::{ParseIdError, check_text};

/// Checks what no database needs to be asked about.
pub(super) fn check(append: &Append) -> Result<(), InvalidAppend> {
    key("stream type", &append.stream.stream_type)?;
    key("stream id", &append.stream.id)?;
    optional("tenant", &append.stream.tenant)?;
    optional("principal", &append.principal)?;
    // A store may part texts with control characters, and PostgreSQL's hold no NUL.
    if append.keys.chars().any(char::is_control) {
        return Err(InvalidAppend::Keys);
    }
    let mut ids = HashSet::with_capacity(append.events.len());
    for event in &append.events {
        key("event name", &event.name)?;
        if event.schema_version == 0 {
            return Err(InvalidAppend::SchemaVersion);
        }
        // JSON has no control characters that a store would trip over.
        if let Err(error) = serde_json::from_str::<IgnoredAny>(&event.payload) {
            return Err(InvalidAppend::Payload { id: event.id, line: error.line(), column: error.column() });
        }
        if !ids.insert(event.id) {
            return Err(InvalidAppend::RepeatedEventId { id: event.id });
        }
    }
    let mut claims = HashSet::with_capacity(append.claims.len());
    for claim in append.claims.iter().map(super::ClaimChange::claim) {
        key("claim", &claim.scope)?;
        key("claim", &claim.name)?;
        if !claims.insert(claim) {
            return Err(InvalidAppend::RepeatedClaim { claim: claim.clone() });
        }
    }
    if let Some(receipt) = &append.receipt {
        optional("receipt's tenant", &receipt.key.tenant)?;
        optional("receipt's principal", &receipt.key.principal)?;
        key("receipt's command", &receipt.key.command)?;
        key("idempotency key", &receipt.key.key)?;
    }
    Ok(())
}

fn key(what: &'static str, text: &str) -> Result<(), InvalidAppend> {
    check_text(text).map_err(|source| InvalidAppend::Text { what, source })
}

fn optional(what: &'static str, text: &str) -> Result<(), InvalidAppend> {
    match check_text(text) {
        Ok(()) | Err(ParseIdError::Empty) => Ok(()),
        Err(source) => Err(InvalidAppend::Text { what, source }),
    }
}
