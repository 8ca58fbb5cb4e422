use super::TableShape;

/// Rows of a read model that are asked for.
#[derive(Clone, Debug)]
pub struct Select<'a> {
    /// The projection: the name of its read model's table.
    pub projection: &'a str,
    /// The shape and the version of the read model.
    pub fingerprint: &'a str,
    /// The table, named without the generation.
    pub table: &'a TableShape,
    /// Whose rows.
    pub tenant: &'a str,
    /// Among which rows.
    pub keys: Keys,
    /// Which rows.
    pub condition: Condition,
    /// In which order; the key is added behind it, so that there is only one, in the direction of the last column.
    pub order: &'a [Order],
    /// How many at most.
    pub limit: u64,
    /// How many are passed over.
    pub offset: u64,
    /// Whether all rows that satisfy the condition are counted.
    pub count: bool,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The number of the generation that serves.
    pub generation: u32,
    /// The rows, all cells of each.
    pub rows: String,
    /// How many there are without the limit, where that was asked.
    pub count: Option<u64>,
    /// How far all partitions have come: what was projected up to there is in the rows.
    pub position: u64,
}

/// Rows by their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// All.
    Any,
    /// Those of some keys: JSON arrays of the tenant and the cells of the key.
    Of(String),
    /// Those behind a key, by which alone they are to be ordered: a JSON array of its cells.
    Behind(String),
}

/// A column that rows are ordered by; absent values come first, or last where it is descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: usize,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Which rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Those that satisfy each; all, where there is none.
    All(Vec<Condition>),
    /// Those that satisfy at least one.
    Any(Vec<Condition>),
    /// Those that do not satisfy it; an absent value satisfies no comparison, and so is among these.
    Not(Box<Condition>),
    /// Those whose value compares so.
    Compare {
        /// The column.
        column: usize,
        /// How.
        comparison: Comparison,
        /// What the value is compared with: a JSON array of one cell.
        cell: String,
    },
    /// Those whose value is one of a list.
    In {
        /// The column.
        column: usize,
        /// The list: a JSON array of cells.
        cells: String,
    },
    /// Those without a value.
    Absent {
        /// The column.
        column: usize,
    },
    /// Those whose text contains another, letter by letter.
    Contains {
        /// The column.
        column: usize,
        /// The other text.
        text: String,
        /// Whether capitals and small letters of ASCII are the same.
        ignore_case: bool,
    },
    /// Those whose text begins with another.
    StartsWith {
        /// The column.
        column: usize,
        /// The other text.
        text: String,
    },
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are the same.
    Equal,
    /// The first is smaller.
    Less,
    /// The first is smaller, or they are the same.
    LessOrEqual,
    /// The first is greater.
    Greater,
    /// The first is greater, or they are the same.
    GreaterOrEqual,
}
