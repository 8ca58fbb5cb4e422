use super::super::ProjectionError;
use super::super::cache::{Slot, name};
use super::super::tables::{Pass, Tables};
use super::{Place, cache};
use crate::read_model::ReadModel;
use crate::store::BoxError;

/// The row of a key, as an event's projection changes it.
#[derive(Debug)]
pub struct Keyed<'f, M: ReadModel> {
    tables: &'f mut Tables,
    place: Place<'f>,
    key: M::Key,
    /// Whether it is known if there is such a row.
    loaded: Result<(), ProjectionError>,
}

impl<'f, M: ReadModel> Keyed<'f, M> {
    pub(super) fn new(tables: &'f mut Tables, place: Place<'f>, key: M::Key) -> Self {
        let needed = cache::<M>(tables).map(|cache| cache.need(place.tenant, &key));
        let loaded = match needed {
            Ok(true) => Ok(()),
            Ok(false) => Err(ProjectionError::NotLoaded),
            Err(error) => Err(error),
        };
        Self { tables, place, key, loaded }
    }

    /// The row as it is, if there is one.
    ///
    /// # Errors
    /// [`ProjectionError::NotLoaded`], to be returned as it is; the event is tried again with the row.
    pub fn get(mut self) -> Result<Option<M>, ProjectionError> {
        std::mem::replace(&mut self.loaded, Ok(())).inspect_err(|_| self.tables.lacks())?;
        if self.tables.pass() == Pass::Folding {
            self.guard()?;
        }
        Ok(cache::<M>(self.tables)?.slot(self.place.tenant, &self.key).and_then(|slot| slot.row.clone()))
    }

    /// Makes a row where there is none.
    ///
    /// # Errors
    /// When there is one.
    pub fn insert(self, new: impl FnOnce() -> M) -> Result<(), ProjectionError> {
        self.change(Presence::Absent, |slot| {
            slot.row = Some(new());
            Ok(())
        })
    }

    /// Changes the row.
    ///
    /// # Errors
    /// When there is none.
    pub fn update(self, change: impl FnOnce(&mut M)) -> Result<(), ProjectionError> {
        self.try_update(|row| {
            change(row);
            Ok::<_, BoxError>(())
        })
    }

    /// Changes the row by what may fail; any error serves.
    ///
    /// # Errors
    /// When there is none, or the change fails.
    pub fn try_update<E: Into<BoxError>>(
        self,
        change: impl FnOnce(&mut M) -> Result<(), E>,
    ) -> Result<(), ProjectionError> {
        self.change(Presence::Present, |slot| match &mut slot.row {
            Some(row) => change(row).map_err(ProjectionError::refused),
            None => Ok(()),
        })
    }

    /// Makes the row where there is none, and changes it then, as one that was there.
    ///
    /// # Errors
    /// When the row can't be stored.
    pub fn upsert(self, new: impl FnOnce() -> M, change: impl FnOnce(&mut M)) -> Result<(), ProjectionError> {
        self.try_upsert(new, |row| {
            change(row);
            Ok::<_, BoxError>(())
        })
    }

    /// Makes the row where there is none, and changes it then by what may fail; any error serves.
    ///
    /// # Errors
    /// When the change fails, or the row can't be stored.
    pub fn try_upsert<E: Into<BoxError>>(
        self,
        new: impl FnOnce() -> M,
        change: impl FnOnce(&mut M) -> Result<(), E>,
    ) -> Result<(), ProjectionError> {
        self.change(Presence::Either, |slot| change(slot.row.get_or_insert_with(new)).map_err(ProjectionError::refused))
    }

    /// Deletes the row.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete(self) -> Result<(), ProjectionError> {
        self.change(Presence::Present, |slot| {
            slot.row = None;
            Ok(())
        })
    }

    /// Whether the row belongs to the event's sequence.
    fn guard(&mut self) -> Result<(), ProjectionError> {
        let sequence = self.place.sequence;
        let slot = cache::<M>(self.tables)?.slot(self.place.tenant, &self.key);
        match slot {
            Some(slot) if slot.row.is_some() && slot.sequence != sequence => {
                Err(ProjectionError::OtherSequence { row: name::<M>(&self.key) })
            }
            _ => Ok(()),
        }
    }

    fn change(
        mut self,
        presence: Presence,
        change: impl FnOnce(&mut Slot<M>) -> Result<(), ProjectionError>,
    ) -> Result<(), ProjectionError> {
        if self.tables.pass() == Pass::Collecting {
            return Ok(());
        }
        std::mem::replace(&mut self.loaded, Ok(())).inspect_err(|_| self.tables.lacks())?;
        self.guard()?;
        let Self { tables, place, key, .. } = self;
        let slot = cache::<M>(tables)?.slot(place.tenant, &key).ok_or(ProjectionError::NotLoaded)?;
        match (presence, slot.row.is_some()) {
            (Presence::Present, false) => return Err(ProjectionError::Absent { row: name::<M>(&key) }),
            (Presence::Absent, true) => return Err(ProjectionError::Present { row: name::<M>(&key) }),
            _ => {}
        }
        tables.changes();
        cache::<M>(tables)?.change(place.tenant, &key, |slot| {
            change(slot)?;
            slot.sequence = place.sequence;
            slot.position = place.position;
            let Some(row) = &mut slot.row else { return Ok(()) };
            row.settle().map_err(|source| ProjectionError::Column { row: name::<M>(&key), source })?;
            if row.key() == key { Ok(()) } else { Err(ProjectionError::OtherKey { row: name::<M>(&row.key()) }) }
        })
    }
}

/// Whether the row must be there before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Present,
    Absent,
    Either,
}
