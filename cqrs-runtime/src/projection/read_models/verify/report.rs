use crate::store::{DeadLetter, Discard, GenerationKey};

/// What has come of holding a read model against the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The read model.
    pub name: &'static str,
    /// The generation that was held against the log.
    pub generation: GenerationKey,
    /// How far all its partitions had come at least.
    pub position: u64,
    /// How many events were projected anew.
    pub events: u64,
    /// How many rows that serve were compared, those of lookups among them.
    pub rows: u64,
    /// How many rows are not as the log has them.
    pub differing: u64,
    /// How many rows are not there that should be.
    pub missing: u64,
    /// How many rows are there that should not be.
    pub surplus: u64,
    /// The first differences, in full.
    pub differences: Vec<Difference>,
    /// The events that are parked in the generation, and so not in its rows.
    pub parked: Vec<DeadLetter>,
    /// The events that could not be projected anew, and so are not in what is expected.
    pub not_replayed: Vec<DeadLetter>,
    /// The events of the read model that were left out for good; where they fail, they are not expected in its rows.
    pub discarded: Vec<Discard>,
    /// The generation that serves in its place, where it was repaired.
    pub repaired: Option<GenerationKey>,
}

impl Verified {
    /// Whether all rows are as the log has them.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differing + self.missing + self.surplus == 0
    }
}

/// A row that is not as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table: the read model's own, or that of a lookup.
    pub table: &'static str,
    /// Whose row.
    pub tenant: String,
    /// The columns of the key, and their values.
    pub key: Vec<(String, String)>,
    /// What is wrong with it.
    pub kind: DifferenceKind,
    /// The columns that differ; none where there is no row on one side.
    pub columns: Vec<ColumnDifference>,
    /// How many events of its sequence are parked, which explains it.
    pub parked: usize,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// Its columns differ.
    Differs,
    /// It is not there.
    Missing,
    /// It should not be there.
    Surplus,
}

/// A column that is not as the log has it; values as people read them, nothing where they are absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDifference {
    /// The column; `cqrs_sequence` and `cqrs_partition` say which events the row belongs to.
    pub column: String,
    /// What stands there.
    pub stored: Option<String>,
    /// What should.
    pub expected: Option<String>,
}
