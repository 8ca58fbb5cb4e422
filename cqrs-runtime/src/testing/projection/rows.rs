//! Rows in memory, as a database would hold them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::column::{Numbers, read_rows};
use crate::projection::{Folded, Loader};
use crate::read_model::{ReadModel, Table};
use crate::store::{StoreError, Wanted};

/// The cells of a row: the tenant, the sequence, the position, and those of the table.
type Cells = Vec<Value>;

/// The cells before those of the table.
const HEAD: usize = 3;

/// Tables by name; rows by tenant and key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MemoryRows {
    tables: BTreeMap<&'static str, BTreeMap<String, Cells>>,
}

impl MemoryRows {
    /// All rows of a table, by tenant and then by key.
    pub(super) fn models<M: ReadModel>(&self) -> Vec<M> {
        let mut rows: BTreeMap<String, Vec<M>> = BTreeMap::new();
        let page = self.rows(M::TABLE).cloned().map(Value::Array).collect::<Value>().to_string();
        let read = read_rows(&page, Numbers::AsTexts, |row| {
            let tenant = row.text()?.to_owned();
            let (_, _) = (row.integer()?, row.integer()?);
            rows.entry(tenant).or_default().push(M::read(row)?);
            Ok(())
        });
        if let Err(error) = read {
            panic!("a row of `{}` can't be read again: {error}", M::TABLE.name);
        }
        for rows in rows.values_mut() {
            rows.sort_by_key(M::key);
        }
        rows.into_values().flatten().collect()
    }

    /// The rows of a table.
    pub(super) fn rows(&self, table: &Table) -> impl Iterator<Item = &Cells> {
        self.tables.get(table.name).into_iter().flat_map(BTreeMap::values)
    }

    /// The rows as they are once changes are written.
    pub(super) fn after(&self, folded: &Folded) -> Self {
        let mut after = self.clone();
        for (table, changes) in &folded.changes {
            let rows = after.tables.entry(table.name).or_default();
            for row in parse(&changes.deletes) {
                rows.remove(&key(&row[0], &row[HEAD..]));
            }
            for row in parse(&changes.upserts) {
                rows.insert(key_of(table, &row), row);
            }
        }
        after
    }
}

impl Loader for MemoryRows {
    async fn load(&mut self, table: &'static Table, wanted: &Wanted) -> Result<String, StoreError> {
        let rows = self.tables.entry(table.name).or_default();
        let mut found: BTreeMap<&String, &Cells> = BTreeMap::new();
        for wanted in wanted.keys.iter().flat_map(|keys| parse(keys)) {
            found.extend(rows.get_key_value(&key(&wanted[0], &wanted[1..])));
        }
        for (first, count, values) in &wanted.values {
            let columns = HEAD + first..HEAD + first + count;
            for wanted in parse(values) {
                let has = |row: &Cells| row[0] == wanted[0] && row[columns.clone()] == wanted[1..];
                found.extend(rows.iter().filter(|(_, row)| has(row)));
            }
        }
        Ok(found.into_values().cloned().map(Value::Array).collect::<Value>().to_string())
    }
}

fn key_of(table: &Table, row: &Cells) -> String {
    let cells = table.key.iter().flat_map(|field| {
        let (first, count) = table.columns_of(*field);
        row[HEAD + first..HEAD + first + count].iter().cloned()
    });
    key(&row[0], &cells.collect::<Vec<_>>())
}

fn key(tenant: &Value, cells: &[Value]) -> String {
    format!("{tenant}{}", Value::from(cells))
}

/// Rows that the projection itself has written.
fn parse(rows: &str) -> Vec<Cells> {
    serde_json::from_str(rows).unwrap_or_else(|error| panic!("rows are no JSON: {error}"))
}
