//! The event store: an append-only log of streams behind one trait, [`Backend`].

mod append;
mod backend;
mod error;
mod event_store;
pub(crate) mod guard;
mod hints;
pub(crate) mod judge;
mod keeper;
pub(crate) mod lease;
mod lookout;
mod memory;
mod pages;
pub(crate) mod pause;
mod query;
mod row_hints;
pub(crate) mod sequence;
mod stored;
mod stream_hints;
mod tables;
mod tail;
mod transaction;
mod valid;
mod watch;
mod writer;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use self::backend::DEFAULT_POLL_INTERVAL;
pub use append::{
    Append, Appended, Claim, ClaimChange, ExpectedVersion, NewEvent, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
    Verdict,
};
pub use backend::{Backend, CommitError, EventSink, LoadSink, Snapshot, SnapshotFilter, StoredSnapshot};
pub use error::{AddressProblem, AppendError, BoxError, CorruptEvent, InvalidAppend, StoreError, Unstorable};
pub use event_store::EventStore;
pub use hints::Hints;
pub use lease::{Advance, AdvanceVerdict, Checkpoint, Lease, Leases, Session, WorkerId};
pub use memory::MemoryBackend;
pub(crate) use pages::EventPosition;
pub use query::{Cursor, Direction, EventQuery, LoadQuery, LogHead, Until};
pub(crate) use row_hints::RowHints;
pub use sequence::Sequence;
pub use stored::StoredEvent;
pub(crate) use stream_hints::StreamHints;
pub use tables::{
    BatchKind, ChangeCounts, Changed, ChangesQuery, Compare, CompareRows, Compared, Comparison, Condition, DeadLetter,
    Dialect, Discard, Generation, GenerationKey, GenerationState, GenerationTables, Keys, LetterChanges, LetterRequest,
    LoneLetter, NewGeneration, Order, Placing, RowBatch, SeenChanges, Select, Selected, StateVerdict, SwapVerdict,
    TableColumn, TableShape, TableWrite, Tables, ToldChanges, Wanted,
};
pub use transaction::{Begun, Transaction};
pub use watch::{Waiting, Watch};
pub use writer::WriterOptions;
