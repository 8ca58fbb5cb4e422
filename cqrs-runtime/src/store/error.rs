//! What can go wrong with a database, and with an append.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::{Claim, Cursor, ExpectedVersion, Receipt, StreamKey};
use crate::id::ParseIdError;

/// An error of a library below, as a `source`.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What is wrong with the database or the connection to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no tokio runtime.
    #[error(
        "an `EventStore` needs a tokio runtime: make it inside `#[tokio::main]`, `#[tokio::test]` or `Runtime::block_on`"
    )]
    NoRuntime,
    /// The address is none that a store can be opened at.
    #[error("`{url}` is no database address: {problem}")]
    Address {
        /// The address, without a password.
        url: String,
        /// What is wrong with it.
        problem: AddressProblem,
    },
    /// An SQLite database in memory, of which every connection would have one of its own.
    #[error("an SQLite database in memory can't hold a store: use `EventStore::memory()`, or a file")]
    InMemory,
    /// Support for this kind of database was not compiled in.
    #[error("this program was built without `{feature}` support: enable the feature `{feature}` of `cqrs-runtime`")]
    NotCompiledIn {
        /// The feature that is missing.
        feature: &'static str,
    },
    /// The server does not answer, or the connection was lost.
    #[error("the database can't be reached")]
    Unreachable(#[source] BoxError),
    /// Another connection held the database for too long; trying again may help.
    #[error("the database is busy")]
    Busy(#[source] BoxError),
    /// The server gave it up: it took too much time or memory; trying again may help.
    #[error("the operation went over a limit of the database's server")]
    OverLimit(#[source] BoxError),
    /// The database is read-only for this user or process.
    #[error("the database is read-only")]
    ReadOnly(#[source] BoxError),
    /// There is no room left on the device.
    #[error("the disk is full")]
    Full(#[source] BoxError),
    /// The file is not a database, or is damaged.
    #[error("the database file is damaged or no database")]
    Damaged(#[source] BoxError),
    /// A table or function that the migrations had made is gone.
    #[error("the database lacks a table or function of its event store")]
    Missing(#[source] BoxError),
    /// A newer program has migrated the database.
    #[error("the database has schema version {found}, this program knows versions up to {known}: use a newer program")]
    NewerSchema {
        /// The version found.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// The sequence that gives positions would give one again that has been used.
    #[error("the next position would be {next}, but the log already ends at {head}: set the sequence past it")]
    SequenceBehind {
        /// The position that would be given next.
        next: u64,
        /// The log's last position.
        head: u64,
    },
    /// The log no longer has the event at which a reader stopped.
    #[error("the log has diverged from the cursor at position {}: read again from the start", cursor.position)]
    LogDiverged {
        /// Where the reader stopped.
        cursor: Cursor,
    },
    /// A replica has not come as far as the reader; trying again may help.
    #[error("the replica ends at position {head}, before the cursor at position {}", cursor.position)]
    Lagging {
        /// Where the reader stopped.
        cursor: Cursor,
        /// How far the replica has come.
        head: u64,
    },
    /// A worker came with another number of partitions than the first one.
    #[error("`{name}` has {found} partitions, which can't become {asked}: give it another name, or the same number")]
    PartitionsChanged {
        /// The projection or the durable subscription.
        name: String,
        /// How many it has.
        found: u32,
        /// How many the worker has asked for.
        asked: u32,
    },
    /// A name has been forgotten under a worker that had joined it; nothing was written.
    #[error("`{name}` has been forgotten")]
    Forgotten {
        /// The projection or the durable subscription.
        name: String,
    },
    /// A stored row can't be read.
    #[error("a stored row of `{table}` can't be read: {what}")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// Which column, and what is wrong with it.
        what: &'static str,
    },
    /// A batch would write a row that belongs to a partition of which it holds no lease; nothing was written.
    #[error("a row of `{name}` belongs to a partition that another worker may have")]
    ForeignRow {
        /// The generation.
        name: String,
    },
    /// A stored event can't be read. Others are not affected.
    #[error(
        "the event at position {position}{} can't be read: its column `{column}` holds what it can't have been given",
        in_brackets(event.as_deref())
    )]
    CorruptEvent {
        /// The event's position.
        position: u64,
        /// What else is known of it.
        event: Option<Box<CorruptEvent>>,
        /// The column.
        column: &'static str,
    },
    /// The backend holds no tables of read models.
    #[error("this event store can hold no read models: use SQLite or PostgreSQL")]
    NoTables,
    /// Transactions can't be handed out, as the names of their statements would be others' on the next connection.
    #[error(
        "there are no transactions to write in behind a pgbouncer that keeps no prepared statements: use the server's own \
         address"
    )]
    NoTransactions,
    /// No generation of a read model's shape and version serves.
    #[error("the read model `{projection}` has not been built in this shape and version: rebuild it")]
    NotServed {
        /// The read model's table.
        projection: String,
    },
    /// A generation can't be dropped while it serves.
    #[error("generation {generation} of the read model `{projection}` answers queries, and can't be dropped")]
    Serving {
        /// The read model's table.
        projection: String,
        /// The generation.
        generation: u32,
    },
    /// The code of the backend panicked.
    #[error("the backend of the event store panicked")]
    Panicked(#[source] BoxError),
    /// The store has been closed.
    #[error("the event store is closed")]
    Closed,
    /// The database can't hold what was to be written; nothing was.
    #[error("the database can't hold what was to be written: {why}")]
    Unstorable {
        /// Why.
        why: Unstorable,
        /// What it says.
        source: BoxError,
    },
    /// The database refused the data or the statement.
    #[error("the database refused the operation")]
    Refused(#[source] BoxError),
}

/// An event that can't be read, by its columns as they are: empty or 0 where they hold nothing of their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorruptEvent {
    /// Its stream.
    pub stream: StreamKey,
    /// Its place in the stream.
    pub version: i64,
    /// Its stored name.
    pub name: String,
    /// The version of its stored shape.
    pub schema_version: i64,
}

impl fmt::Display for CorruptEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, version, name, schema_version } = self;
        write!(f, "`{name}` version {schema_version}, number {version} of {stream}")
    }
}

fn in_brackets(event: Option<&CorruptEvent>) -> String {
    event.map(|event| format!(" ({event})")).unwrap_or_default()
}

impl StoreError {
    /// Whether the same call may succeed later, with nothing changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Busy(_) | Self::OverLimit(_) | Self::Full(_) | Self::Lagging { .. })
    }
}

/// Why a database can't hold what was to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unstorable {
    /// It breaks a rule of its table.
    #[error("it breaks the constraint `{name}`")]
    Constraint {
        /// The rule's name.
        name: String,
    },
    /// It is too large, or nested too deep.
    #[error("it is too large, or nested too deep")]
    TooLarge,
    /// A value is none of its column's.
    #[error("its column does not take a value")]
    Value,
    /// It takes more time or memory than the server allows.
    #[error("the database's server gives it up: it takes too much time or memory")]
    OverLimit,
    /// What it writes ends the transaction, which is not its own to end.
    #[error("it ends the transaction that it is written in")]
    Transaction,
}

/// What is wrong with a database's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressProblem {
    /// It is of another kind.
    #[error("use `sqlite://FILE` or `postgres://USER@HOST/DATABASE`")]
    Unknown,
    /// A parameter is not known, or does not take its value.
    #[error("its parameter `{name}` is not known, or can't have this value")]
    Parameter {
        /// The parameter.
        name: String,
    },
    /// A character has to be written in another way.
    #[error("write what is no letter, digit, `-`, `.`, `_` or `/` in percent-encoding, a space as `%20`")]
    Encoding,
}

/// Why an append was not accepted, or why that is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The stream is at another version than expected; nothing was written.
    #[error("{stream} is at version {actual}, expected was {expected}")]
    Conflict {
        /// The stream.
        stream: StreamKey,
        /// What the append expected.
        expected: ExpectedVersion,
        /// The stream's version.
        actual: u64,
    },
    /// Another stream holds a name that must be unique; nothing was written.
    #[error("{claim} is already taken by {holder}")]
    AlreadyTaken {
        /// The name.
        claim: Claim,
        /// Who holds it.
        holder: StreamKey,
    },
    /// An event id is known, with another stream, name or payload; nothing was written.
    #[error("the event id {id} has been used for another event")]
    EventIdReused {
        /// The id.
        id: Uuid,
    },
    /// The command has been answered before; nothing was written.
    #[error("the command has been answered before")]
    AlreadyAnswered(Box<Receipt>),
    /// The append can't be written anywhere; nothing was written.
    #[error("the append is not valid: {0}")]
    Invalid(#[from] InvalidAppend),
    /// The deadline passed before the append was handed to the database; nothing was written.
    #[error("the deadline passed while the append was waiting; nothing was written")]
    DeadlineExceeded,
    /// It is not known whether the append was written: sending the same events again tells.
    #[error("it is not known whether the append was written; look for its event ids, or send the same events again")]
    Indeterminate {
        /// The ids of the events; all of them were written, or none.
        event_ids: Vec<Uuid>,
        /// What happened to the database, where that is the reason.
        source: Option<Arc<StoreError>>,
    },
    /// The database failed; nothing was written.
    #[error(transparent)]
    Store(Arc<StoreError>),
}

impl AppendError {
    /// Whether the same append may be accepted later, with nothing changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.is_retryable(),
            Self::DeadlineExceeded | Self::Indeterminate { .. } => true,
            _ => false,
        }
    }
}

/// What is wrong with an append before any database is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAppend {
    /// A text that is a key, or stands beside one, is empty, too long or has control characters.
    #[error("its {what} can't be stored: {source}")]
    Text {
        /// Which text.
        what: &'static str,
        /// What is wrong with it.
        source: ParseIdError,
    },
    /// It has more text than [`Append::MAX_BYTES`](super::Append::MAX_BYTES).
    #[error(
        "it has {bytes} bytes of text, {most} are the most that is taken: append fewer events at once, or keep what is large elsewhere"
    )]
    TooLarge {
        /// How many bytes it has.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// Two of its events have one id.
    #[error("two of its events have the id {id}")]
    RepeatedEventId {
        /// The id.
        id: Uuid,
    },
    /// It takes or releases a name twice.
    #[error("it changes the claim on {claim} twice")]
    RepeatedClaim {
        /// The name.
        claim: Claim,
    },
    /// An event's payload is not JSON.
    #[error("the payload of the event {id} is no JSON: line {line}, column {column}")]
    Payload {
        /// The event.
        id: Uuid,
        /// Where it stops to be JSON.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// The keys are no JSON object of texts.
    #[error("its keys are no JSON object of texts")]
    Keys,
    /// The receipt is for a command to another stream, or of another tenant.
    #[error("its receipt is of a command to {stream}")]
    ForeignReceipt {
        /// The stream that the receipt names.
        stream: StreamKey,
    },
    /// The receipt says that there were events, but the append has none.
    #[error("its receipt tells of events, and it has none")]
    ReceiptOfNoEvents,
    /// The refusal in the receipt is not JSON.
    #[error("the refusal in its receipt is no JSON: line {line}, column {column}")]
    Refusal {
        /// Where it stops to be JSON.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// An event's schema version is 0.
    #[error("schema versions begin at 1")]
    SchemaVersion,
}
