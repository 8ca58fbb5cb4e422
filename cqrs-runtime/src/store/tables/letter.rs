use chrono::{DateTime, Utc};

use crate::store::StreamKey;

/// An event that was not projected: one that failed, or one behind it in its sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The position of the event.
    pub position: u64,
    /// The hash of its sequence.
    pub sequence: i64,
    /// What the events of the sequence have in common.
    pub sequence_key: String,
    /// Its stream.
    pub stream: StreamKey,
    /// Its place in the stream.
    pub version: u64,
    /// Its stored name.
    pub name: String,
    /// The version of its stored shape.
    pub schema_version: u32,
    /// Why it failed; empty for one that only stands behind another.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was parked.
    pub parked_at: DateTime<Utc>,
    /// When it is to be tried again by itself; `None` when only on request.
    pub retry_at: Option<DateTime<Utc>>,
    /// What somebody has asked for.
    pub request: Option<LetterRequest>,
}

/// What can be done with the letters of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterRequest {
    /// Try them again, in order.
    Retry,
    /// Leave the first one out for good, and try the others again.
    Discard,
}

/// An event that was left out for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discard {
    /// The position of the event.
    pub position: u64,
    /// What the events of its sequence have in common.
    pub sequence_key: String,
    /// Its stored name.
    pub name: String,
    /// Why it had failed.
    pub error: String,
}

/// What changes in the dead letters of a generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterChanges {
    /// Letters that are new, or that replace the one of their position.
    pub parked: Vec<DeadLetter>,
    /// The positions of letters that are no more.
    pub settled: Vec<u64>,
    /// Those among them whose events are left out for good.
    pub discarded: Vec<u64>,
}

impl LetterChanges {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parked.is_empty() && self.settled.is_empty()
    }
}
