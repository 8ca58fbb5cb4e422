//! What every append must satisfy, whichever database it goes to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::de::IgnoredAny;

use super::{Append, InvalidAppend, Receipt, ReceiptAnswer};
use crate::id::{MAX_ID_BYTES, ParseIdError, check_text};

/// Checks what no database needs to be asked about.
pub(super) fn check(append: &Append) -> Result<(), InvalidAppend> {
    let (bytes, most) = (append.bytes(), Append::MAX_BYTES);
    if bytes > most {
        return Err(InvalidAppend::TooLarge { bytes, most });
    }
    key("stream type", &append.stream.stream_type)?;
    key("stream id", &append.stream.id)?;
    optional("tenant", &append.stream.tenant)?;
    optional("principal", &append.principal)?;
    if !append.keys.is_empty() && serde_json::from_str::<HashMap<Cow<'_, str>, Cow<'_, str>>>(&append.keys).is_err() {
        return Err(InvalidAppend::Keys);
    }
    let mut ids = HashSet::with_capacity(append.events.len());
    for event in &append.events {
        key("event name", &event.name)?;
        if event.schema_version == 0 {
            return Err(InvalidAppend::SchemaVersion);
        }
        // JSON has no control characters that a store would trip over: texts are parted with some, PostgreSQL's hold no NUL.
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
    append.receipt.as_ref().map_or(Ok(()), |receipt| check_receipt(append, receipt))
}

fn check_receipt(append: &Append, receipt: &Receipt) -> Result<(), InvalidAppend> {
    if receipt.stream != append.stream || receipt.key.tenant != append.stream.tenant {
        return Err(InvalidAppend::ForeignReceipt { stream: receipt.stream.clone() });
    }
    optional("receipt's principal", &receipt.key.principal)?;
    qualified("receipt's command", &receipt.key.command)?;
    key("idempotency key", &receipt.key.key)?;
    match &receipt.answer {
        ReceiptAnswer::Events { .. } if append.events.is_empty() => Err(InvalidAppend::ReceiptOfNoEvents),
        ReceiptAnswer::Refused { error, .. } => serde_json::from_str::<IgnoredAny>(error)
            .map(drop)
            .map_err(|error| InvalidAppend::Refusal { line: error.line(), column: error.column() }),
        ReceiptAnswer::Events { .. } | ReceiptAnswer::Nothing { .. } => Ok(()),
    }
}

fn key(what: &'static str, text: &str) -> Result<(), InvalidAppend> {
    check_text(text).map_err(|source| InvalidAppend::Text { what, source })
}

/// Two keys and what stands between them.
fn qualified(what: &'static str, text: &str) -> Result<(), InvalidAppend> {
    const LIMIT: usize = 2 * MAX_ID_BYTES + 1;
    match check_text(text) {
        Err(ParseIdError::TooLong { length, .. }) if length > LIMIT => {
            Err(InvalidAppend::Text { what, source: ParseIdError::TooLong { length, limit: LIMIT } })
        }
        Err(ParseIdError::TooLong { .. }) => {
            text.chars().find(|character| character.is_control()).map_or(Ok(()), |character| {
                Err(InvalidAppend::Text { what, source: ParseIdError::ControlCharacter { character } })
            })
        }
        checked => checked.map_err(|source| InvalidAppend::Text { what, source }),
    }
}

fn optional(what: &'static str, text: &str) -> Result<(), InvalidAppend> {
    match check_text(text) {
        Ok(()) | Err(ParseIdError::Empty) => Ok(()),
        Err(source) => Err(InvalidAppend::Text { what, source }),
    }
}
