use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::store::{Condition, Order};

/// Rows of a read model that are asked for, whichever read model it is.
#[derive(Clone, Debug)]
pub struct AnyQuery<'a> {
    /// Whose rows.
    pub tenant: &'a str,
    /// The fields that are wanted of each row, by their places in the table.
    pub fields: &'a [usize],
    /// Which rows.
    pub condition: Condition,
    /// In which order; the key is added behind it, in the direction of the last column.
    pub order: &'a [Order],
    /// How many at most.
    pub limit: u64,
    /// How many are passed over.
    pub offset: u64,
    /// Whether all rows that satisfy the condition are counted.
    pub count: bool,
    /// Whether the rows are wanted as a whole, too.
    pub whole: bool,
}

/// A row of a read model, as the struct that it is. Cheap to clone.
#[derive(Clone)]
pub struct WholeRow(Arc<dyn Any + Send + Sync>);

impl WholeRow {
    pub(super) fn new<M: Send + Sync + 'static>(row: M) -> Self {
        Self(Arc::new(row))
    }

    /// The row; `None` where it is one of another read model.
    #[must_use]
    pub fn get<M: 'static>(&self) -> Option<&M> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for WholeRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeRow").finish_non_exhaustive()
    }
}

/// A row of a read model, whichever it is.
#[derive(Clone, Debug)]
pub struct AnyRow {
    /// The stored form of the fields that were wanted, in the order in which they were.
    pub values: Vec<Json>,
    /// The row as a whole, where that was wanted.
    pub whole: Option<WholeRow>,
}

/// Rows of a read model, and how fresh they are.
#[derive(Clone, Debug)]
pub struct AnyRows {
    /// The rows, in the order that was asked for.
    pub rows: Vec<AnyRow>,
    /// How many rows there are without limit and offset, where that was asked.
    pub count: Option<u64>,
    /// What was projected up to this position is in the rows.
    pub position: u64,
}

/// A change of the rows that are followed: [`RowChange`](crate::projection::RowChange), whichever read model's.
#[derive(Clone, Debug)]
pub enum AnyChange {
    /// Whatever was told before, it does not hold any more: the rows that there are follow.
    Reset,
    /// A row is there now, or is another one now.
    Upsert {
        /// The stored form of the fields of its key, in the order of the key.
        key: Vec<Json>,
        /// What was wanted of it.
        row: AnyRow,
        /// All events up to this position are in it; later ones may be.
        position: u64,
    },
    /// A row is no more, or satisfies the condition no more.
    Removed {
        /// The stored form of the fields of its key, in the order of the key.
        key: Vec<Json>,
        /// That was so when all events up to this position had been projected, and perhaps later ones.
        position: u64,
    },
}
