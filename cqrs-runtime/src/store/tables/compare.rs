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
}

/// Which rows are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompareRows {
    /// Those behind a key, some thousand in the order of their keys: only pairs that differ are told. The tenant and the
    /// cells of the key, as in [`Compared::last`].
    Behind(Option<String>),
    /// Those of keys, whether they differ or not: a JSON array of the tenant and the cells of the key of each.
    Keys(String),
}

/// How the rows stand against each other, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Whether the first one still serves.
    pub serves: bool,
    /// How far the partitions of the one that serves had come.
    pub positions: Vec<(u32, u64)>,
    /// How many rows of the one that serves were looked at.
    pub rows: u64,
    /// Pairs of rows, as JSON: each the tenant and the cells of the key; the row that serves; and the other one. A row is its
    /// sequence, its partition, its position, and all its cells as people read them; all of them are null where there is no
    /// row.
    pub pairs: String,
    /// The key behind which the next rows stand, if there may be any.
    pub last: Option<String>,
}
