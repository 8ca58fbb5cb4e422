use serde::Serialize;

use super::super::cache::cells;
use super::super::tables::{Pass, Tables};
use super::super::{ProjectionError, RowName};
use super::{Keyed, Place, cache};
use crate::read_model::{Field, ReadModel};
use crate::value::Value;

/// The rows in which a field has a value, as an event's projection changes them; there may be none.
#[derive(Debug)]
pub struct Matching<'f, M: ReadModel> {
    tables: &'f mut Tables,
    place: Place<'f>,
    keys: Result<Vec<M::Key>, ProjectionError>,
}

impl<'f, M: ReadModel> Matching<'f, M> {
    pub(super) fn new<T: Value + Serialize, const ORDER: bool>(
        tables: &'f mut Tables,
        place: Place<'f>,
        field: Field<M, T, true, ORDER>,
        value: &T,
    ) -> Self {
        let keys = keys(tables, place, field, value);
        Self { tables, place, keys }
    }

    /// The rows as they are, in the order of their keys.
    ///
    /// # Errors
    /// [`ProjectionError::NotLoaded`], to be returned as it is; the event is tried again with the rows.
    pub fn get(self) -> Result<Vec<M>, ProjectionError> {
        let Self { tables, place, keys } = self;
        let keys = keys.inspect_err(|_| tables.lacks())?;
        let rows = keys.into_iter().filter_map(|key| Keyed::<M>::new(tables, place, key).get().transpose());
        rows.collect()
    }

    /// Changes each row.
    ///
    /// # Errors
    /// When a row can't be stored.
    pub fn update(self, mut change: impl FnMut(&mut M)) -> Result<(), ProjectionError> {
        self.each(|row| row.update(&mut change))
    }

    /// Deletes each row.
    ///
    /// # Errors
    /// When a row belongs to another sequence.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method's own lifetime is not general enough")]
    pub fn delete(self) -> Result<(), ProjectionError> {
        self.each(|row| row.delete())
    }

    fn each(self, mut change: impl FnMut(Keyed<'_, M>) -> Result<(), ProjectionError>) -> Result<(), ProjectionError> {
        let Self { tables, place, keys } = self;
        if tables.pass() == Pass::Collecting {
            return Ok(());
        }
        for key in keys.inspect_err(|_| tables.lacks())? {
            change(Keyed::new(tables, place, key))?;
        }
        Ok(())
    }
}

fn keys<M: ReadModel, T: Value + Serialize, const ORDER: bool>(
    tables: &mut Tables,
    place: Place<'_>,
    field: Field<M, T, true, ORDER>,
    value: &T,
) -> Result<Vec<M::Key>, ProjectionError> {
    let cache = cache::<M>(tables)?;
    let cell = cells(cache.numbers(), |row| row.put(value)).map_err(|source| {
        let row = RowName { table: M::TABLE.name, key: field.description().name.to_owned() };
        ProjectionError::Column { row, source }
    })?;
    if cache.need_value(field.index(), place.tenant, &cell) {
        Ok(cache.keys_with(field.index(), place.tenant, &cell))
    } else {
        Err(ProjectionError::NotLoaded)
    }
}
