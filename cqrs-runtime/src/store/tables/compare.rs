use uuid::Uuid;

use super::{GenerationKey, TableShape};

/// Rows of two generations of a projection that are held against each other.
#[derive(Clone, Debug)]
pub struct Compare<'a> {
    /// The one that serves.
    pub serving: &'a GenerationKey,
    /// The one that was made to be compared with it.
    pub verifying: &'a GenerationKey,
    /// The table, named without the generation.
    pub table: &'a TableShape,
    /// Which rows.
    pub rows: CompareRows,
    /// About how many rows of either side are compared at once; fewer, where those that differ would be long together.
    pub at_once: u32,
}

impl Compare<'_> {
    /// How many rows are best compared at once.
    pub const ROWS: u32 = 2_000;
}

/// Which rows are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompareRows {
    /// Those behind a key, so many in the order of their keys: only pairs that differ are told. The tenant and the cells of
    /// the key, as in [`Compared::last`].
    Behind(Option<String>),
    /// Those of keys, whether they differ or not: a JSON array of the tenant and the cells of the key of each.
    Keys(String),
}

/// How the rows stand against each other, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Whether the first one still serves.
    pub serves: bool,
    /// How far the partitions of the one that serves had come, and the id of the event there.
    pub positions: Vec<(u32, u64, Uuid)>,
    /// The events that are parked in one of both alone.
    pub letters: Vec<LoneLetter>,
    /// How many rows of the one that serves were looked at.
    pub rows: u64,
    /// Pairs of rows, as JSON: each the tenant and the cells of the key; the row that serves; and the other one. A row is its
    /// sequence, its partition, its position, and all its cells as people read them; all of them are null where there is no
    /// row. They are some megabytes at most, or a single pair.
    pub pairs: String,
    /// The key behind which the next rows stand, if there may be any.
    pub last: Option<String>,
    /// How many rows of either side were compared at once.
    pub at_once: u32,
}

/// An event that is parked in one of two generations alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoneLetter {
    /// The hash of its sequence.
    pub sequence: i64,
    /// Its position.
    pub position: u64,
    /// Whether it is the generation that serves.
    pub is_served: bool,
}
