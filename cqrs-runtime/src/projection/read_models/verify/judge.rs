//! Which pairs of rows differ, and which can't be told yet.

use serde_json::Value;

use super::report::{ColumnDifference, Difference, DifferenceKind};
use crate::column::ColumnType;
use crate::store::TableShape;
use crate::store::sequence::partition;

/// The columns of the engine before the read model's own.
const ENGINE: [&str; 2] = ["cqrs_sequence", "cqrs_partition"];

/// A pair of rows, as the database has told it.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(from = "(Vec<Value>, Side, Side)")]
pub(super) struct Pair {
    /// The tenant and the cells of the key.
    pub(super) key: Vec<Value>,
    pub(super) stored: Side,
    pub(super) expected: Side,
}

impl From<(Vec<Value>, Side, Side)> for Pair {
    fn from((key, stored, expected): (Vec<Value>, Side, Side)) -> Self {
        Self { key, stored, expected }
    }
}

/// A row, or none: then all of it is null.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Side(Vec<Value>);

impl Side {
    fn sequence(&self) -> Option<i64> {
        self.0.first()?.as_i64()
    }

    fn position(&self) -> Option<u64> {
        self.0.get(2)?.as_u64()
    }

    /// No row in its place.
    pub(super) fn none(&self) -> Self {
        Self(vec![Value::Null; self.0.len()])
    }

    fn is_there(&self) -> bool {
        self.sequence().is_some()
    }

    /// A column, those of the engine first.
    fn column(&self, index: usize) -> Option<&Value> {
        self.0.get(if index < ENGINE.len() { index } else { index + 1 })
    }
}

impl Pair {
    /// The hash of the sequence whose events make the row.
    pub(super) fn sequence(&self) -> i64 {
        self.expected.sequence().or(self.stored.sequence()).unwrap_or_default()
    }

    /// Whether it can be told if the rows are the same.
    ///
    /// The replay has seen the events of its sequence up to `replayed`, what serves some more, up to `served`. A row that
    /// has not changed since must be the same; one that is not there may have been deleted.
    pub(super) fn is_told(&self, partitions: u32, replayed: impl Fn(u32) -> u64, served: impl Fn(u32) -> u64) -> bool {
        let partition = partition(self.sequence(), partitions);
        let (replayed, served) = (replayed(partition), served(partition));
        replayed == served || self.stored.position().is_some_and(|position| position <= replayed)
    }

    /// What is wrong with the row that serves, if anything is.
    pub(super) fn difference(&self, table: &'static str, shape: &TableShape) -> Option<Difference> {
        let kind = match (self.stored.is_there(), self.expected.is_there()) {
            (true, true) => DifferenceKind::Differs,
            (false, true) => DifferenceKind::Missing,
            (true, false) => DifferenceKind::Surplus,
            (false, false) => return None,
        };
        let mut columns = Vec::new();
        if kind == DifferenceKind::Differs {
            columns = self.columns(shape);
            if columns.is_empty() {
                return None;
            }
        }
        let side = if self.expected.is_there() { &self.expected } else { &self.stored };
        let key = shape.key.iter().map(|index| {
            let value = side.column(ENGINE.len() + index).and_then(|value| told(value, shape.columns[*index].ty));
            (shape.columns[*index].name.clone(), value.unwrap_or_default())
        });
        let tenant = self.key.first().and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Difference { table, tenant, key: key.collect(), kind, columns, parked: 0 })
    }

    fn columns(&self, shape: &TableShape) -> Vec<ColumnDifference> {
        let engine = ENGINE.iter().map(|column| ((*column).to_owned(), ColumnType::Integer));
        let own = shape.columns.iter().map(|column| (column.name.clone(), column.ty));
        let columns = engine.chain(own).enumerate().filter_map(|(index, (column, ty))| {
            let (stored, expected) = (self.stored.column(index)?, self.expected.column(index)?);
            let differs = stored != expected;
            differs.then(|| ColumnDifference { column, stored: told(stored, ty), expected: told(expected, ty) })
        });
        columns.collect()
    }
}

/// A value as people read it.
fn told(value: &Value, ty: ColumnType) -> Option<String> {
    match (value, ty) {
        (Value::Null, _) => None,
        (Value::String(text), ColumnType::Bool) if text == "1" => Some("true".to_owned()),
        (Value::String(text), ColumnType::Bool) if text == "0" => Some("false".to_owned()),
        (Value::String(text), _) => Some(text.clone()),
        (other, _) => Some(other.to_string()),
    }
}
