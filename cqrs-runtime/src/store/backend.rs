//! What a database must be able to do to hold a log.

use std::ops::ControlFlow;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Append, Claim, EventQuery, Leases, LoadQuery, LogHead, Receipt, ReceiptKey, StoreError, StreamKey, Tables, Verdict,
    Waiting, Watch,
};
use crate::event::RawEvent;

/// How often the log is polled while somebody waits for appends.
pub(crate) const DEFAULT_POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Where events are handed as they are read; `Break` ends the reading.
pub type EventSink<'s> = &'s mut (dyn for<'a> FnMut(RawEvent<'a>) -> ControlFlow<()> + Send);

/// Where a stream is handed as it is loaded: the snapshot first, where one is usable, then the events after it.
pub trait LoadSink: Send {
    /// Takes the snapshot; `Break` ends the reading, for a reader that can't use it and asks again without.
    fn snapshot(&mut self, snapshot: StoredSnapshot<'_>) -> ControlFlow<()>;

    /// Learns that the snapshot can't be read; the reading ends, for a reader that asks again without.
    fn damaged_snapshot(&mut self);

    /// Takes an event; `Break` ends the reading.
    fn event(&mut self, event: RawEvent<'_>) -> ControlFlow<()>;
}

/// A database that holds a log: the leaf that [`EventStore`](super) drives.
///
/// One conformance suite holds for all of them (`cqrs_runtime::testing::conformance`).
#[async_trait]
pub trait Backend: Leases {
    /// Judges each append of `batch` in order, each on what the accepted ones before it leave, and writes the accepted
    /// ones in one transaction: their events, claims and receipts.
    ///
    /// The caller sees to it that no event id, claim or receipt key stands twice in a batch. `attempt` names the
    /// transaction for [`Backend::settle`].
    ///
    /// # Errors
    /// [`CommitError::Refused`] when nothing was written, [`CommitError::Unknown`] when that is not known.
    async fn commit(&self, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError>;

    /// Makes sure that `attempt`, whose outcome is not known, has ended: what it has not committed by the time that
    /// this returns, it never will.
    ///
    /// # Errors
    /// When the database can't be reached; then it has not been made sure.
    async fn settle(&self, attempt: Uuid) -> Result<(), StoreError>;

    /// Hands a snapshot and the events after it to `sink`, in one consistent read.
    ///
    /// A snapshot is handed over only if it matches the filter, lies within `until`, and the stream has the very event
    /// that it was taken after.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError>;

    /// Hands the events of `query` to `sink`, in order, page by page.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn read(&self, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError>;

    /// The kept answer to a command.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError>;

    /// Who holds a name.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError>;

    /// Keeps a snapshot in the place of the stream's earlier one.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError>;

    /// The log's identity and its end.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn head(&self) -> Result<LogHead, StoreError>;

    /// Begins to watch for appends by other processes; `None` where the database does not tell of them.
    ///
    /// A store has one watch at a time, and looks where the log ends whenever it tells of something; beside it, the log
    /// is polled.
    ///
    /// # Errors
    /// When the database can't be reached.
    async fn watch(&self, _waiting: Waiting) -> Result<Option<Box<dyn Watch>>, StoreError> {
        Ok(None)
    }

    /// How long an append of which nobody has told may go unnoticed by who waits for it.
    fn poll_interval(&self) -> Duration {
        DEFAULT_POLL_INTERVAL
    }

    /// Its tables of read models; `None` where it can hold none.
    fn tables(&self) -> Option<&dyn Tables> {
        None
    }

    /// Ends all connections.
    async fn close(&self);
}

/// Why a batch was not judged.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was written.
    #[error("nothing was written")]
    Refused(#[source] StoreError),
    /// The connection broke at the commit: it may have been written.
    #[error("it is not known whether it was written")]
    Unknown(#[source] StoreError),
}

/// Which snapshots a reader can use: those of its own state's shape and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotFilter {
    /// The fingerprint of the state's shape.
    pub fingerprint: u64,
    /// The version that the user gave the state.
    pub state_version: u32,
}

/// A state that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The stream.
    pub stream: StreamKey,
    /// The version of the last event in it.
    pub version: u64,
    /// The id of that event.
    pub event_id: Uuid,
    /// The position of that event.
    pub position: u64,
    /// The time of that event.
    pub recorded_at: DateTime<Utc>,
    /// Which readers can use it.
    pub filter: SnapshotFilter,
    /// The state, JSON.
    pub payload: String,
    /// CRC-32 of the payload.
    pub checksum: u32,
}

/// A kept state as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredSnapshot<'a> {
    /// The version of the last event in it.
    pub version: u64,
    /// The position of that event.
    pub position: u64,
    /// The time of that event.
    pub recorded_at: DateTime<Utc>,
    /// The state, JSON.
    pub payload: &'a str,
    /// CRC-32 of the payload.
    pub checksum: u32,
}
