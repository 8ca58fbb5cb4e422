//! Cursors of events: where a client stands in all that has happened to one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::Problem;
use super::aggregate::Happened;
use crate::store::Cursor;

/// The form of cursors; raised when it changes, so that earlier ones are told from others.
const VERSION: u8 = 1;

/// The events of one, in a log.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    log: Uuid,
    /// Which kind, and which one.
    of: Json,
}

/// Where an event stands: which stored event it is, and which part of it, where an upcaster has split it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EventCursor {
    /// The stored event.
    pub(super) at: Cursor,
    /// Its place in the stream.
    pub(super) version: u64,
    part: u32,
}

impl Stream {
    /// The events of the aggregate of an id.
    pub(super) fn new(log: Uuid, aggregate: &str, id: &Json) -> Self {
        Self { log, of: json!([aggregate, id]) }
    }

    /// The cursor of an event.
    pub(super) fn cursor(&self, event: &Happened) -> String {
        let Happened { position, version, part, metadata, .. } = event;
        let parts = json!([VERSION, self.of, self.log, position, metadata.event_id, version, part]);
        URL_SAFE_NO_PAD.encode(parts.to_string())
    }

    /// The cursor that a text is.
    ///
    /// # Errors
    /// When it is none of these events, or of a log before this one.
    pub(super) fn read(&self, text: &str) -> Result<EventCursor, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let parts: Option<(u8, Json, Uuid, u64, Uuid, u64, u32)> =
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match parts {
            Some((VERSION, of, log, position, event_id, version, part)) if of == self.of && log == self.log => {
                Ok(EventCursor { at: Cursor { log, position, event_id }, version, part })
            }
            _ => Err(Problem::new("STALE_CURSOR", "it is no cursor of these events: begin again without one")),
        }
    }
}

impl EventCursor {
    /// Whether an event stands behind the cursor.
    pub(super) fn is_before(self, event: &Happened) -> bool {
        (self.version, self.part) < (event.version, event.part)
    }

    /// Whether an event stands before the cursor.
    pub(super) fn is_behind(self, event: &Happened) -> bool {
        (event.version, event.part) < (self.version, self.part)
    }
}
