//! The event store: an append-only log of streams behind one trait, [`Backend`].

mod append;
mod backend;
mod error;
mod event_store;
mod guard;
pub(crate) mod judge;
mod keeper;
pub(crate) mod lease;
mod memory;
mod query;
mod stored;
mod valid;
mod writer;

pub use append::{
    Append, Appended, Claim, ClaimChange, ExpectedVersion, NewEvent, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
    Verdict,
};
pub use backend::{Backend, CommitError, EventSink, LoadSink, Snapshot, SnapshotFilter, StoredSnapshot};
pub use error::{AddressProblem, AppendError, BoxError, CorruptEvent, InvalidAppend, StoreError};
pub use event_store::EventStore;
pub use lease::{Advance, AdvanceVerdict, Checkpoint, Lease, Leases, Session, WorkerId};
pub use memory::MemoryBackend;
pub use query::{Cursor, Direction, EventQuery, LoadQuery, LogHead, Until};
pub use stored::StoredEvent;
pub use writer::WriterOptions;
