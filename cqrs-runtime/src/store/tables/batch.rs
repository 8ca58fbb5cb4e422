use serde::Serialize;

use super::{GenerationKey, LetterChanges, TableShape};
use crate::store::{Advance, WorkerId};

/// What a worker writes at once.
#[derive(Clone, Debug)]
pub struct RowBatch<'a> {
    /// The generation; its partitions are shared under its name.
    pub generation: &'a GenerationKey,
    /// The worker.
    pub worker: WorkerId,
    /// How the checkpoints of its partitions move.
    pub steps: &'a [Advance],
    /// Whether they must move forward.
    pub kind: BatchKind,
    /// How many partitions the generation has.
    pub partitions: u32,
    /// Which rows of the read model's own table those are, for whoever follows them.
    pub changed: Changed,
    /// What changes in each table.
    pub tables: &'a [TableWrite<'a>],
    /// What changes in the dead letters.
    pub letters: LetterChanges,
    /// What must be so of events that not every program can tell the sequence of, where there may be such events.
    pub placing: Option<Placing>,
}

/// What must be so, when a batch is written, of events that one program can tell the sequence of, and another one can't:
/// who can't parks them, so that they are projected once, and by somebody. Where it is not so, the leases count as lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Placing {
    /// The letters of such events that the worker knows of, by position: the batch leads over no other one.
    pub known: Vec<u64>,
    /// The first such event that it parks: no partition has passed it.
    pub parks: Option<u64>,
}

/// Whether checkpoints move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchKind {
    /// Each moves forward.
    Forward,
    /// Each stays where it is: dead letters are retried.
    Retry,
}

/// Which rows a batch changes in the read model's own table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// None.
    Nothing,
    /// Those of these keys: JSON arrays of the tenant and the cells of the key.
    Rows(String),
    /// Too many to tell, of these tenants: JSON arrays of the tenant alone.
    Tenants(String),
    /// Too many to tell: it may be any.
    Anything,
}

/// What changes in a table.
#[derive(Clone, Debug)]
pub struct TableWrite<'a> {
    /// The table, named as in the database.
    pub table: &'a TableShape,
    /// Rows that are made or replaced: the tenant, the hash of the sequence, the position, and all cells.
    pub upserts: String,
    /// Rows that are deleted: the tenant, the hash of the sequence, the position, and the cells of the key.
    pub deletes: String,
}
