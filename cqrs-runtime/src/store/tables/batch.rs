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
