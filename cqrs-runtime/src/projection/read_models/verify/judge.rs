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
            let differs =
                if ty == ColumnType::Document { !is_same_document(stored, expected) } else { stored != expected };
            differs.then(|| ColumnDifference { column, stored: told(stored, ty), expected: told(expected, ty) })
        });
        columns.collect()
    }
}

/// Whether two documents are the same, in whichever order their members were written: a `HashMap` has none.
fn is_same_document(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return one == other };
    let read = |text| serde_json::from_str::<Value>(text).ok();
    one == other || bytes(one) == bytes(other) && read(one).is_some_and(|document| Some(document) == read(other))
}

/// How often each byte is in a text: of numbers of more than 64 bits, not all digits are read.
fn bytes(text: &str) -> [usize; 256] {
    let mut counts = [0; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    counts
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_the_same_in_any_order_of_their_members() {
        let same = |one: &str, other: &str| is_same_document(&one.into(), &other.into());
        assert!(same(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#, r#"{"b":{"d":null,"c":[1,2]},"a":1}"#));
        assert!(!same(r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#));
        assert!(!same("[1,2]", "[2,1]"), "a list has an order");
        assert!(!same(
            r#"{"a":340282366920938463463374607431768211455}"#,
            r#"{"a":340282366920938463463374607431768211456}"#
        ));
        assert!(same("no document", "no document") && !same("no document", "on document"));
        assert!(!is_same_document(&"{}".into(), &Value::Null) && is_same_document(&Value::Null, &Value::Null));
    }
}
