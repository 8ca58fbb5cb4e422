//! What the process `append_together` is told, and what it answers: a line of JSON each.

use cqrs_runtime::store::{Append, AppendError, Appended, ExpectedVersion, NewEvent, StoreError, StreamKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An append that is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The id of its stream.
    pub stream: String,
    /// The version that the stream must have.
    pub expected: Expected,
    /// Its events: id and payload.
    pub events: Vec<(Uuid, String)>,
}

/// An [`ExpectedVersion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// This one.
    Exact(u64),
    /// No event yet.
    NoStream,
    /// At least one event.
    Exists,
    /// Whatever it is.
    Any,
}

impl Expected {
    /// The runtime's word for it.
    #[must_use]
    pub fn version(self) -> ExpectedVersion {
        match self {
            Self::Exact(version) => ExpectedVersion::Exact(version),
            Self::NoStream => ExpectedVersion::NoStream,
            Self::Exists => ExpectedVersion::Exists,
            Self::Any => ExpectedVersion::Any,
        }
    }
}

impl Planned {
    /// Its stream.
    #[must_use]
    pub fn stream(&self) -> StreamKey {
        StreamKey::new("Account", self.stream.clone())
    }

    /// What is handed to the store.
    #[must_use]
    pub fn append(&self) -> Append {
        let events = self.events.iter().map(|(id, payload)| NewEvent::new(*id, "Happened", payload.as_str()));
        Append::new(self.stream(), self.expected.version(), events.collect())
    }
}

/// What was answered to appends that were submitted together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// The log's end before any of them was submitted.
    pub head_before: u64,
    /// What each was answered, and the log's end thereafter.
    pub answers: Vec<(Answer, u64)>,
}

/// The answer to one append.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Written, now or by an earlier sending.
    Appended {
        /// The version of its last event.
        version: u64,
        /// The position of its last event.
        position: u64,
        /// Whether it had been written before.
        repeated: bool,
    },
    /// The stream was at another version.
    Conflict {
        /// This one.
        actual: u64,
    },
    /// An event id is known for something else.
    Reused {
        /// The id.
        id: Uuid,
    },
    /// The database refused the data.
    Refused,
    /// Anything else, which no plan asks for.
    Other(String),
}

impl From<Result<Appended, AppendError>> for Answer {
    fn from(answer: Result<Appended, AppendError>) -> Self {
        match answer {
            Ok(Appended { version, position, repeated, .. }) => {
                Self::Appended { version, position: position.unwrap_or_default(), repeated }
            }
            Err(AppendError::Conflict { actual, .. }) => Self::Conflict { actual },
            Err(AppendError::EventIdReused { id }) => Self::Reused { id },
            Err(AppendError::Store(error)) if matches!(*error, StoreError::Refused(_)) => Self::Refused,
            Err(other) => Self::Other(format!("{other:?}")),
        }
    }
}
