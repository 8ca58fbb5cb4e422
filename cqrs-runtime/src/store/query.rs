//! What can be read.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{SnapshotFilter, StoredEvent, StreamKey};
use crate::event::Recorded;

/// Which way events are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    #[default]
    Forwards,
    /// Newest first.
    Backwards,
}

/// Which events are read, and in which order; conditions add up.
///
/// ```
/// use cqrs_runtime::store::{EventQuery, StreamKey};
///
/// let last_ten = EventQuery::stream(StreamKey::new("Account", "7")).backwards().limit(10);
/// let deposits = EventQuery::log().tenant("acme").named(["MoneyDeposited", "MoneyWithdrawn"]);
/// # let _ = (last_ten, deposits);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only of this stream.
    pub stream: Option<StreamKey>,
    /// Only of this tenant; `None` for all tenants.
    pub tenant: Option<String>,
    /// Only of these stored names; empty for all.
    pub names: Vec<Cow<'static, str>>,
    /// Only of these stream types; empty for all.
    pub stream_types: Vec<Cow<'static, str>>,
    /// Only from this version of the stream.
    pub from_version: Option<u64>,
    /// Only up to this version of the stream, inclusive.
    pub to_version: Option<u64>,
    /// Only behind this position, exclusive.
    pub after_position: Option<u64>,
    /// Only up to this position, inclusive.
    pub to_position: Option<u64>,
    /// Only recorded at this time or later.
    pub recorded_from: Option<DateTime<Utc>>,
    /// Only recorded before this time.
    pub recorded_before: Option<DateTime<Utc>>,
    /// Oldest or newest first.
    pub direction: Direction,
    /// At most so many.
    pub limit: Option<u64>,
}

impl EventQuery {
    /// All events of one stream, by version.
    #[must_use]
    pub fn stream(stream: StreamKey) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }

    /// All events of the log, those of every tenant, by position.
    #[must_use]
    pub fn log() -> Self {
        Self::default()
    }

    /// Only of this tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Only of these stored names.
    #[must_use]
    pub fn named(mut self, names: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Only of these stream types.
    #[must_use]
    pub fn of_types(mut self, types: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        self.stream_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// Only from this version of the stream.
    #[must_use]
    pub fn from_version(mut self, version: u64) -> Self {
        self.from_version = Some(version);
        self
    }

    /// Only up to this version of the stream, inclusive.
    #[must_use]
    pub fn to_version(mut self, version: u64) -> Self {
        self.to_version = Some(version);
        self
    }

    /// Only behind this position, exclusive.
    #[must_use]
    pub fn after_position(mut self, position: u64) -> Self {
        self.after_position = Some(position);
        self
    }

    /// Only up to this position, inclusive.
    #[must_use]
    pub fn to_position(mut self, position: u64) -> Self {
        self.to_position = Some(position);
        self
    }

    /// Only recorded at `from` or later.
    #[must_use]
    pub fn recorded_from(mut self, from: DateTime<Utc>) -> Self {
        self.recorded_from = Some(from);
        self
    }

    /// Only recorded before `end`.
    #[must_use]
    pub fn recorded_before(mut self, end: DateTime<Utc>) -> Self {
        self.recorded_before = Some(end);
        self
    }

    /// Newest first.
    #[must_use]
    pub fn backwards(mut self) -> Self {
        self.direction = Direction::Backwards;
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(mut self, events: u64) -> Self {
        self.limit = Some(events);
        self
    }
}

/// How far a state is folded; always the longest prefix of the stream that satisfies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// All events.
    #[default]
    Head,
    /// Up to this version, inclusive.
    Version(u64),
    /// Up to this moment, inclusive.
    Time(DateTime<Utc>),
    /// Up to this position of the log, inclusive.
    Position(u64),
}

/// One stream as a state needs it: a usable snapshot, if any, and the events after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadQuery {
    /// The stream.
    pub stream: StreamKey,
    /// Which snapshot may be used; `None` for none.
    pub snapshot: Option<SnapshotFilter>,
    /// How far.
    pub until: Until,
}

/// A place in the log that a reader has reached; it notices when the log has lost it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The log's identity.
    pub log: Uuid,
    /// The position of the last event seen; 0 before the first.
    pub position: u64,
    /// The id of the last event seen; nil before the first.
    pub event_id: Uuid,
}

impl Cursor {
    /// The cursor at an event of the same log.
    #[must_use]
    pub fn at(self, event: &StoredEvent) -> Self {
        Self { position: event.position, event_id: event.event_id, ..self }
    }

    /// The cursor past a typed event of the same log; unmoved before the last part of one that an upcaster split.
    #[must_use]
    pub fn past<E>(self, event: &Recorded<E>) -> Self {
        if event.is_last_part() {
            Self { position: event.position, event_id: event.metadata.event_id, ..self }
        } else {
            self
        }
    }
}

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// The log's identity.
    pub log: Uuid,
    /// The position of its last event; 0 where it has none.
    pub position: u64,
    /// Whether this is a replica, on which the last events may not have arrived yet.
    pub is_replica: bool,
}
