use super::super::ProjectionError;
use super::super::fold::FoldError;
use super::InvalidOptions;
use crate::column::ColumnError;
use crate::store::StoreError;

/// Why a projection can't go on for now; what it has projected stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The database can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The options are of no use.
    #[error("the options of the read models are not valid")]
    Options(#[from] InvalidOptions),
    /// A stored row can't be read.
    #[error("a row of `{table}` can't be read: rebuild the read model")]
    Row {
        /// The table.
        table: &'static str,
        /// Why.
        source: ColumnError,
    },
    /// Rows can't be written together that each could.
    #[error("a batch can't be written")]
    Write(#[source] ProjectionError),
    /// A newer program has written an event that this one does not know; one that does may go on.
    #[error(
        "the event at position {position} is `{name}` version {schema_version}, newer than this program: use a newer one"
    )]
    NewerEvent {
        /// Its position.
        position: u64,
        /// Its stored name.
        name: String,
        /// The version of its stored shape.
        schema_version: u32,
    },
    /// This program can't read an event, and does not know in which partition it belongs; another one can, and has not parked
    /// it. It may go on; where it is no more, a rebuild by this one parks the event.
    #[error(
        "the event at position {position}, `{name}`, can't be read, and another program has read it: use that one, or rebuild"
    )]
    KnownElsewhere {
        /// Its position.
        position: u64,
        /// Its stored name.
        name: String,
    },
    /// More events are parked than are allowed.
    #[error("{parked} events would be parked, and {limit} are allowed: see to the dead letters")]
    TooManyLetters {
        /// How many there would be.
        parked: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// Reading a stored row panicked.
    #[error("the worker panicked: {message}")]
    Panicked {
        /// What was said.
        message: String,
    },
    /// The checkpoint could not be moved as it should.
    #[error("the checkpoint at {position} can't be moved forward")]
    Checkpoint {
        /// Where it should have gone.
        position: u64,
    },
}

impl From<FoldError> for EngineError {
    fn from(error: FoldError) -> Self {
        match error {
            FoldError::Store(error) => Self::Store(error),
            FoldError::Row { table, source } => Self::Row { table, source },
            FoldError::Write(error) => Self::Write(error),
        }
    }
}
