//! The rows that a batch touches, in memory.

mod index;
mod slot;
mod tenants;
mod write;

use std::any::Any;
use std::collections::{HashMap, HashSet};

use self::index::Indices;
pub(super) use self::index::cells;
pub(super) use self::slot::Slot;
pub(super) use self::tenants::{Tenant, Tenants};
use self::write::write_row;
use super::{ProjectionError, RowName};
use crate::column::{ColumnError, Numbers, RowWriter, read_rows};
use crate::read_model::{ReadModel, Table};
use crate::store::{Changed, Wanted};

/// Of how many rows a batch tells that it has changed them.
const MOST_CHANGED: usize = 2_000;

/// What slots were before they were changed, in the order of the changes.
type Journal<M> = Vec<((Tenant, <M as ReadModel>::Key), Slot<M>)>;

/// Rows of one table: those that were loaded, and what has become of them.
pub(super) struct Cache<M: ReadModel> {
    numbers: Numbers,
    slots: HashMap<(Tenant, M::Key), Slot<M>>,
    /// Keys of which it is not known whether there is a row.
    wanted: HashSet<(Tenant, M::Key)>,
    /// Fields whose rows are asked for by value.
    indices: Indices<M>,
    /// What has changed since the last commit, in the order in which it did first.
    changed: Vec<(Tenant, M::Key)>,
    /// What the slots were before the event under way, where that is kept.
    journal: Option<Journal<M>>,
    /// Counts commits, so that rows that are no longer used can be told.
    round: u64,
}

impl<M: ReadModel> Cache<M> {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self {
            numbers,
            slots: HashMap::new(),
            wanted: HashSet::new(),
            indices: Indices::new(numbers),
            changed: Vec::new(),
            journal: None,
            round: 0,
        }
    }

    /// How the database stores numbers.
    pub(super) fn numbers(&self) -> Numbers {
        self.numbers
    }
}

/// What has to be written to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    /// JSON arrays of the tenant, the hash of the sequence, the position of the last change, and all cells.
    pub(crate) upserts: String,
    /// JSON arrays of the tenant, the hash of the sequence, the position of the deletion, and the cells of the key.
    pub(crate) deletes: String,
    /// How many rows.
    pub(crate) rows: usize,
}

/// A cache, whichever table's.
pub(super) trait TableCache: Any + Send + Sync {
    fn as_any(&mut self) -> &mut dyn Any;
    fn table(&self) -> &'static Table;
    /// Whether the changes of each event are kept apart, so that they can be taken back.
    fn keep_journal(&mut self, keep: bool);
    /// Begins an event: what it changes can be taken back from here on.
    fn begin(&mut self);
    /// Takes back what the event has changed.
    fn take_back(&mut self);
    /// Makes sure that the rows can be written that the event has changed, as far as a journal tells which they are.
    fn check(&self) -> Result<(), ProjectionError>;
    /// What was asked for and is not here.
    fn wanted(&self, tenants: &Tenants) -> Result<Wanted, ColumnError>;
    /// Whether anything was.
    fn is_wanting(&self) -> bool;
    /// Takes the rows that were wanted; those that the page lacks are not there.
    fn loaded(&mut self, page: &str, tenants: &mut Tenants) -> Result<(), ColumnError>;
    /// Takes note that all that was wanted has been loaded.
    fn satisfied(&mut self);
    /// Which rows have to be written.
    fn changed(&self, tenants: &Tenants) -> Result<Changed, ProjectionError>;
    /// What has to be written.
    fn changes(&self, tenants: &Tenants) -> Result<Changes, ProjectionError>;
    /// Takes note that the changes are written, and forgets rows where there are more than `keep`.
    fn committed(&mut self, keep: usize);
    /// Forgets everything.
    fn clear(&mut self);
}

impl<M: ReadModel> Cache<M> {
    pub(super) fn slot(&mut self, tenant: Tenant, key: &M::Key) -> Option<&mut Slot<M>> {
        self.slots.get_mut(&(tenant, key.clone()))
    }

    /// Notes that the row of a key is needed; whether it is here.
    pub(super) fn need(&mut self, tenant: Tenant, key: &M::Key) -> bool {
        let place = (tenant, key.clone());
        let here = self.slots.contains_key(&place);
        if !here {
            self.wanted.insert(place);
        }
        here
    }

    /// Notes that the rows are needed in which a field has a value; whether they are here.
    pub(super) fn need_value(&mut self, field: usize, tenant: Tenant, cell: &str) -> bool {
        let Self { indices, slots, .. } = self;
        indices.need(field, tenant, cell, slots)
    }

    /// The keys of the rows in which a field has a value, in their order.
    pub(super) fn keys_with(&self, field: usize, tenant: Tenant, cell: &str) -> Vec<M::Key> {
        self.indices.keys(field, tenant, cell)
    }

    /// Changes a slot by `change`, if it is here.
    pub(super) fn change<T>(
        &mut self,
        tenant: Tenant,
        key: &M::Key,
        change: impl FnOnce(&mut Slot<M>) -> Result<T, ProjectionError>,
    ) -> Result<T, ProjectionError> {
        let place = (tenant, key.clone());
        let slot = self.slots.get_mut(&place).ok_or(ProjectionError::NotLoaded)?;
        if let Some(journal) = &mut self.journal {
            journal.push((place.clone(), slot.clone()));
        }
        // Before the change, which may panic.
        slot.used = self.round;
        if !slot.dirty {
            slot.dirty = true;
            self.changed.push(place);
        }
        self.indices.remove(tenant, slot.row.as_ref());
        let changed = change(slot);
        self.indices.add(tenant, slot.row.as_ref());
        changed
    }
}

impl<M: ReadModel> TableCache for Cache<M> {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn table(&self) -> &'static Table {
        M::TABLE
    }

    fn keep_journal(&mut self, keep: bool) {
        self.journal = keep.then(Vec::new);
    }

    fn begin(&mut self) {
        if let Some(journal) = &mut self.journal {
            journal.clear();
        }
    }

    fn take_back(&mut self) {
        let Some(journal) = &mut self.journal else { return };
        while let Some((place, before)) = journal.pop() {
            let Some(slot) = self.slots.get_mut(&place) else { continue };
            self.indices.remove(place.0, slot.row.as_ref());
            // It stays among the changed: what has not changed is written as it was.
            *slot = Slot { dirty: true, ..before };
            self.indices.add(place.0, slot.row.as_ref());
        }
    }

    fn check(&self) -> Result<(), ProjectionError> {
        let mut writer = RowWriter::new(self.numbers);
        for (place, _) in self.journal.iter().flatten() {
            if let Some(row) = self.slots.get(place).and_then(|slot| slot.row.as_ref()) {
                let written = write_row(self.numbers, &mut writer, row, |_| Ok(()));
                written.map_err(|source| ProjectionError::Column { row: name::<M>(&place.1), source })?;
            }
        }
        Ok(())
    }

    fn is_wanting(&self) -> bool {
        !self.wanted.is_empty() || self.indices.is_wanting()
    }

    fn wanted(&self, tenants: &Tenants) -> Result<Wanted, ColumnError> {
        let mut keys = RowWriter::new(self.numbers);
        for (tenant, key) in &self.wanted {
            keys.row(|row| {
                row.text(tenants.name(*tenant))?;
                M::write_key(key, row)
            })?;
        }
        let keys = (keys.rows() > 0).then(|| keys.finish());
        Ok(Wanted { keys, values: self.indices.wanted(tenants) })
    }

    fn loaded(&mut self, page: &str, tenants: &mut Tenants) -> Result<(), ColumnError> {
        let Self { slots, indices, round, numbers, .. } = self;
        read_rows(page, *numbers, |row| {
            let tenant = tenants.number(row.text()?);
            let (sequence, position) = (row.integer()?, row.integer()?);
            let model = M::read(row)?;
            // What is in memory is newer.
            slots.entry((tenant, model.key())).or_insert_with(|| {
                indices.add(tenant, Some(&model));
                Slot { row: Some(model), stored: true, dirty: false, sequence, position, used: *round }
            });
            Ok(())
        })
    }

    fn satisfied(&mut self) {
        let Self { slots, wanted, round, .. } = self;
        for place in wanted.drain() {
            slots.entry(place).or_insert_with(|| Slot::absent(*round));
        }
        self.indices.satisfied();
    }

    fn changed(&self, tenants: &Tenants) -> Result<Changed, ProjectionError> {
        let mut keys = RowWriter::new(self.numbers);
        for (tenant, key) in &self.changed {
            if !self.slots.get(&(*tenant, key.clone())).is_some_and(Slot::is_written) {
                continue;
            }
            if keys.rows() == MOST_CHANGED {
                return Ok(tenants.changed(self.changed.iter().map(|(tenant, _)| *tenant)));
            }
            let written = keys.row(|row| {
                row.text(tenants.name(*tenant))?;
                M::write_key(key, row)
            });
            written.map_err(|source| ProjectionError::Column { row: name::<M>(key), source })?;
        }
        Ok(if keys.rows() == 0 { Changed::Nothing } else { Changed::Rows(keys.finish()) })
    }

    fn changes(&self, tenants: &Tenants) -> Result<Changes, ProjectionError> {
        let (mut upserts, mut deletes) = (RowWriter::new(self.numbers), RowWriter::new(self.numbers));
        for (tenant, key) in &self.changed {
            let Some(slot) = self.slots.get(&(*tenant, key.clone())) else { continue };
            let head = |row: &mut RowWriter| {
                row.text(tenants.name(*tenant))?;
                row.integer(slot.sequence);
                row.integer(slot.position);
                Ok(())
            };
            let written = match &slot.row {
                Some(model) => write_row(self.numbers, &mut upserts, model, head),
                None if slot.stored => deletes.row(|row| head(row).and_then(|()| M::write_key(key, row))),
                None => Ok(()),
            };
            written.map_err(|source| ProjectionError::Column { row: name::<M>(key), source })?;
        }
        let rows = upserts.rows() + deletes.rows();
        Ok(Changes { upserts: upserts.finish(), deletes: deletes.finish(), rows })
    }

    fn committed(&mut self, keep: usize) {
        for place in self.changed.drain(..) {
            if let Some(slot) = self.slots.get_mut(&place) {
                slot.dirty = false;
                slot.stored = slot.row.is_some();
            }
        }
        if self.slots.len() > keep {
            let round = self.round;
            self.slots.retain(|_, slot| slot.used == round);
            self.indices.clear();
            if self.slots.len() > keep {
                self.slots.clear();
            }
        } else if self.indices.len() > keep {
            // Values of which there is no row count as well: a field may have another one with each event.
            self.indices.clear();
        }
        self.round += 1;
    }

    fn clear(&mut self) {
        *self = Self::new(self.numbers);
    }
}

/// A row, as errors name it.
pub(super) fn name<M: ReadModel>(key: &M::Key) -> RowName {
    let key = serde_json::to_string(key).unwrap_or_default();
    RowName { table: M::TABLE.name, key }
}
