//! What can go wrong with a database.

use super::Cursor;

/// An error of a library below, as a `source`.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What is wrong with the database or the connection to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address is none that a store can be opened at.
    #[error("`{url}` is no database address: use `sqlite://FILE` or `postgres://USER@HOST/DATABASE`")]
    Address {
        /// The address, without a password.
        url: String,
    },
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
    /// A stored row can't be read.
    #[error("a stored row of `{table}` can't be read: {what}")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// Which column, and what is wrong with it.
        what: &'static str,
    },
    /// The store has been closed.
    #[error("the event store is closed")]
    Closed,
    /// The database refused the data or the statement.
    #[error("the database refused the operation")]
    Refused(#[source] BoxError),
}

impl StoreError {
    /// Whether the same call may succeed later, with nothing changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Busy(_) | Self::Full(_))
    }
}
