//! Rows by the values of fields, for the fields by which rows are asked for.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Slot, Tenant, Tenants};
use crate::column::{ColumnError, Numbers, RowWriter};
use crate::read_model::ReadModel;

/// A tenant's value of a field, as JSON cells.
type Cell = (Tenant, String);

/// The indices of a table in memory.
pub(super) struct Indices<M: ReadModel> {
    numbers: Numbers,
    fields: HashMap<usize, Index<M>>,
}

struct Index<M: ReadModel> {
    keys: HashMap<Cell, BTreeSet<M::Key>>,
    /// Values of which all rows are in memory.
    complete: HashSet<Cell>,
    wanted: HashSet<Cell>,
}

impl<M: ReadModel> Indices<M> {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self { numbers, fields: HashMap::new() }
    }

    /// Whether all rows are in memory in which a field has a value; if not, they are wanted.
    pub(super) fn need(
        &mut self,
        field: usize,
        tenant: Tenant,
        cell: &str,
        slots: &HashMap<(Tenant, M::Key), Slot<M>>,
    ) -> bool {
        let numbers = self.numbers;
        let index = self.fields.entry(field).or_insert_with(|| {
            let mut index = Index { keys: HashMap::new(), complete: HashSet::new(), wanted: HashSet::new() };
            for ((tenant, _), slot) in slots {
                index.add(numbers, field, *tenant, slot.row.as_ref());
            }
            index
        });
        let cell = (tenant, cell.to_owned());
        if index.complete.contains(&cell) {
            return true;
        }
        index.wanted.insert(cell);
        false
    }

    pub(super) fn keys(&self, field: usize, tenant: Tenant, cell: &str) -> Vec<M::Key> {
        let keys = self.fields.get(&field).and_then(|index| index.keys.get(&(tenant, cell.to_owned())));
        keys.map(|keys| keys.iter().cloned().collect()).unwrap_or_default()
    }

    pub(super) fn add(&mut self, tenant: Tenant, row: Option<&M>) {
        for (field, index) in &mut self.fields {
            index.add(self.numbers, *field, tenant, row);
        }
    }

    pub(super) fn remove(&mut self, tenant: Tenant, row: Option<&M>) {
        for (field, index) in &mut self.fields {
            let Some((cell, key)) = place(self.numbers, *field, tenant, row) else { continue };
            if let Entry::Occupied(mut keys) = index.keys.entry(cell) {
                keys.get_mut().remove(&key);
                if keys.get().is_empty() {
                    keys.remove();
                }
            }
        }
    }

    pub(super) fn wanted(&self, tenants: &Tenants) -> Vec<(usize, usize, String)> {
        let fields = self.fields.iter().filter(|(_, index)| !index.wanted.is_empty());
        let rows = fields.map(|(field, index)| {
            let cells = index.wanted.iter().map(|(tenant, cell)| {
                let tenant = serde_json::Value::from(tenants.name(*tenant));
                format!("[{tenant},{cell}]")
            });
            let (first, count) = M::TABLE.columns_of(*field);
            (first, count, format!("[{}]", cells.collect::<Vec<_>>().join(",")))
        });
        rows.collect()
    }

    pub(super) fn is_wanting(&self) -> bool {
        self.fields.values().any(|index| !index.wanted.is_empty())
    }

    pub(super) fn satisfied(&mut self) {
        for index in self.fields.values_mut() {
            index.complete.extend(index.wanted.drain());
        }
    }

    /// How many values are known of.
    pub(super) fn len(&self) -> usize {
        self.fields.values().map(|index| index.keys.len() + index.complete.len()).sum()
    }

    pub(super) fn clear(&mut self) {
        self.fields.clear();
    }
}

impl<M: ReadModel> Index<M> {
    fn add(&mut self, numbers: Numbers, field: usize, tenant: Tenant, row: Option<&M>) {
        if let Some((cell, key)) = place(numbers, field, tenant, row) {
            self.keys.entry(cell).or_default().insert(key);
        }
    }
}

/// Where a row stands in the index of a field.
fn place<M: ReadModel>(numbers: Numbers, field: usize, tenant: Tenant, row: Option<&M>) -> Option<(Cell, M::Key)> {
    let row = row?;
    Some(((tenant, cells(numbers, |writer| row.write_field(field, writer)).ok()?), row.key()))
}

/// Cells as JSON, without the brackets of a row.
pub(in super::super) fn cells(
    numbers: Numbers,
    write: impl FnOnce(&mut RowWriter) -> Result<(), ColumnError>,
) -> Result<String, ColumnError> {
    let mut writer = RowWriter::new(numbers);
    writer.row(write)?;
    let text = writer.finish();
    Ok(text[2..text.len() - 2].to_owned())
}
