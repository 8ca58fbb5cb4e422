//! What every append must satisfy, whichever database it goes to.

use std::collections::HashSet;

use super::{Append, InvalidAppend};
use crate::id::{ParseIdError, check_text};

/// Checks what no database needs to be asked about.
pub(super) fn check(append: &Append) -> Result<(), InvalidAppend> {
    key("stream type", &append.stream.stream_type)?;
    key("stream id", &append.stream.id)?;
    optional("tenant", &append.stream.tenant)?;
    optional("principal", &append.principal)?;
    let mut ids = HashSet::with_capacity(append.events.len());
    for event in &append.events {
        key("event name", &event.name)?;
        if event.schema_version == 0 {
            return Err(InvalidAppend::SchemaVersion);
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
