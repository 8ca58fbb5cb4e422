//! Tables of read models: what a database must be able to do to hold them.
//!
//! A projection's rows stand in the tables of a *generation*: a rebuild fills those of the next one while the present one
//! serves. What is said here of rows is the JSON of `column`: an array of rows, each an array of cells.

mod batch;
mod changes;
mod compare;
mod generation;
mod letter;
mod select;

use std::time::Duration;

use async_trait::async_trait;

pub use self::batch::{BatchKind, Changed, Placing, RowBatch, TableWrite};
pub use self::changes::{ChangeCounts, ChangesQuery, SeenChanges, ToldChanges};
pub use self::compare::{Compare, CompareRows, Compared, LoneLetter};
pub use self::generation::{
    Generation, GenerationKey, GenerationState, GenerationTables, NewGeneration, StateVerdict, SwapVerdict,
};
pub use self::letter::{DeadLetter, Discard, LetterChanges, LetterRequest};
pub use self::select::{Comparison, Condition, Keys, Order, Select, Selected};

use super::{AdvanceVerdict, Leases, StoreError, Transaction};
use crate::column::{ColumnType, Numbers};

/// A table as it is in the database.
///
/// Beside its columns, each has `tenant`, which leads every key and index, and the columns of the engine: `cqrs_sequence`,
/// the hash of the sequence of events that made the row, `cqrs_partition`, that sequence's partition, and `cqrs_position`,
/// the position of the event that changed it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// Its name, of up to 63 bytes: `account_summary_g2`.
    pub name: String,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Which columns are the key, beside the tenant.
    pub key: Vec<usize>,
    /// The columns of each index, beside the tenant.
    pub indices: Vec<Vec<usize>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub ty: ColumnType,
    /// Whether it may be absent.
    pub optional: bool,
}

/// Rows that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Rows by key: the tenant and the cells of the key.
    pub keys: Option<String>,
    /// Rows by the value of columns that follow each other: the first one, how many they are, and the tenant and cells.
    pub values: Vec<(usize, usize, String)>,
}

/// Whose SQL a database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's.
    Postgres,
}

/// The part of a [`Backend`](super::Backend) that projections stand on.
#[async_trait]
pub trait Tables: Leases {
    /// Whose SQL the database speaks.
    fn dialect(&self) -> Dialect;

    /// How the database stores numbers.
    fn numbers(&self) -> Numbers;

    /// The generations of a projection, oldest first.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, StoreError>;

    /// Makes the tables of a new generation and enters it; one of the same fingerprint and in the same state is returned as
    /// it is.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn create_generation(&self, new: &NewGeneration<'_>) -> Result<Generation, StoreError>;

    /// Lets a generation that is being built serve in the place of the one of the same fingerprint, if it has come as far in
    /// all partitions as that one has in any, and as the log had when it was made. What served is retired: its partitions
    /// are nobody's, and stand still.
    ///
    /// Where events are parked in it that what serves has projected, it does not serve, unless that is accepted.
    ///
    /// The view that is named as the projection shows the generation that was let serve last. On PostgreSQL, who looks at
    /// it holds it: where that takes long, the answer is [`StoreError::Busy`], and nothing has changed.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn swap(&self, generation: &GenerationKey, accepts_parked: bool) -> Result<SwapVerdict, StoreError>;

    /// What [`swap`](Self::swap) would answer where nothing that is parked is accepted; nothing changes, and nobody is held up.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn standing(&self, generation: &GenerationKey) -> Result<SwapVerdict, StoreError>;

    /// Lets a generation that does not serve be there for something else; its partitions are nobody's then. Where it is built
    /// on, letters that have failed are asked to be left out whose events were left out for good since.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn set_state(
        &self,
        generation: &GenerationKey,
        from: GenerationState,
        to: GenerationState,
    ) -> Result<StateVerdict, StoreError>;

    /// Drops the tables of a generation that does not serve, its checkpoints, sessions and dead letters; one that is gone
    /// already is no error. Its number is not given again.
    ///
    /// One that serves an older shape or version, another having been let serve after it, is dropped when no worker's
    /// session keeps it up to date any more.
    ///
    /// # Errors
    /// [`StoreError::Serving`] when it serves; when the database can't be written.
    async fn drop_generation(&self, generation: &GenerationKey) -> Result<(), StoreError>;

    /// The rows that are wanted, in no order: each the tenant, the hash of the sequence, the position, and all cells.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn load(&self, table: &TableShape, wanted: &Wanted) -> Result<String, StoreError>;

    /// Writes a batch in one transaction, or nothing of it, as [`Leases::advance`] judges its steps. One that writes
    /// anything without a step has lost its leases.
    ///
    /// # Errors
    /// [`StoreError::ForeignRow`] when a row belongs to a partition that is not among the steps', or would replace or
    /// delete one of such a partition; when the database can't be written. Whether it was written is not known where the connection broke.
    async fn write(&self, batch: &RowBatch<'_>) -> Result<AdvanceVerdict, StoreError>;

    /// Begins a transaction in which others write, before [`write_in`](Self::write_in) ends it with a batch. One that lasts
    /// for longer, or is left alone for so long, is rolled back.
    ///
    /// # Errors
    /// [`StoreError::NoTransactions`] where a transaction can't be handed out; when the database can't be written.
    async fn begin_batch(&self, lasts: Duration) -> Result<Box<dyn Transaction>, StoreError>;

    /// Writes a batch as the last part of a transaction, and commits it, or nothing of all that was written in it.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`StoreError::OverLimit`] when the transaction has been rolled back because it lasted too
    /// long.
    async fn write_in(
        &self,
        transaction: Box<dyn Transaction>,
        batch: &RowBatch<'_>,
    ) -> Result<AdvanceVerdict, StoreError>;

    /// Rows of the generation that serves, as a query wants them.
    ///
    /// # Errors
    /// [`StoreError::NotServed`] when no generation of the fingerprint serves; when the database can't be read.
    async fn select(&self, select: &Select<'_>) -> Result<Selected, StoreError>;

    /// Which rows of the generation that serves have changed, in any order. The rows themselves are to be read afterwards:
    /// of what has been told, they then show the last state at least.
    ///
    /// # Errors
    /// [`StoreError::NotServed`] when no generation of the fingerprint serves; when the database can't be read.
    async fn changes(&self, query: &ChangesQuery<'_>) -> Result<ToldChanges, StoreError>;

    /// The changes of each read model that serves, as few words as tell whether there are new ones.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn count_changes(&self) -> Result<ChangeCounts, StoreError>;

    /// Holds rows of the generation that serves against those of one that was made to be compared with it.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn compare(&self, compare: &Compare<'_>) -> Result<Compared, StoreError>;

    /// The dead letters of a generation, by position.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn letters(&self, generation: &GenerationKey) -> Result<Vec<DeadLetter>, StoreError>;

    /// The events of a projection that were left out for good, by position. Where one of them fails in another generation, it
    /// is left out there too.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn discards(&self, projection: &str) -> Result<Vec<Discard>, StoreError>;

    /// Asks the worker that has a sequence to retry its letters, or to discard the first and retry the others; how many
    /// there are. Where the letter at the position `first` is not the first one, nothing is asked.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn request(
        &self,
        generation: &GenerationKey,
        sequence: i64,
        first: u64,
        request: LetterRequest,
    ) -> Result<u64, StoreError>;
}
