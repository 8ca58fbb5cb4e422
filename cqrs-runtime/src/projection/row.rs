//! What a projection does to rows.

mod keyed;
mod matching;

use std::any::TypeId;
use std::marker::PhantomData;

pub use self::keyed::Keyed;
pub use self::matching::Matching;

use serde::Serialize;

use super::cache::{Cache, Tenant};
use super::tables::Tables;
use super::{LookupOf, ProjectionError};
use crate::id::Identifier;
use crate::read_model::{Field, ReadModel};
use crate::store::BoxError;
use crate::value::Value;

/// The rows of a read model, as an event's projection changes them.
///
/// Without more words it is the row whose key is the id of the event's stream. [`at`](Self::at) is another one,
/// [`matching`](Self::matching) are those in which a field has a value, [`lookup`](Self::lookup) is a row of a table that
/// the projection keeps for itself.
#[derive(Debug)]
pub struct Row<'f, M: ReadModel> {
    pub(super) tables: &'f mut Tables,
    pub(super) place: Place<'f>,
    of: PhantomData<fn() -> M>,
}

/// Where the event stands whose projection runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'f> {
    pub(super) tenant: Tenant,
    pub(super) stream_id: &'f str,
    /// The hash of its sequence.
    pub(super) sequence: i64,
    pub(super) position: i64,
}

impl<'f, M: ReadModel> Row<'f, M> {
    pub(super) fn new(tables: &'f mut Tables, place: Place<'f>) -> Self {
        Self { tables, place, of: PhantomData }
    }

    /// The row of a key.
    pub fn at(&mut self, key: impl Into<M::Key>) -> Keyed<'_, M> {
        Keyed::new(self.tables, self.place, key.into())
    }

    /// The rows in which a field has a value.
    ///
    /// All of them are loaded at once, and are in memory until the batch is written: of what a million rows have in common,
    /// make a row of its own.
    pub fn matching<T: Value + Serialize, const ORDER: bool>(
        &mut self,
        field: Field<M, T, true, ORDER>,
        value: &T,
    ) -> Matching<'_, M> {
        Matching::new(self.tables, self.place, field, value)
    }

    /// The row of a key in a table that the projection keeps for itself.
    pub fn lookup<L: LookupOf<M>>(&mut self, key: impl Into<L::Key>) -> Keyed<'_, L> {
        Keyed::new(self.tables, self.place, key.into())
    }
}

impl<M: ReadModel> Row<'_, M>
where
    M::Key: Identifier,
{
    /// The key that is the id of the event's stream.
    ///
    /// # Errors
    /// When the id is none of this type.
    pub fn id(&self) -> Result<M::Key, ProjectionError> {
        Ok(self.place.stream_id.parse()?)
    }

    fn own(&mut self) -> Result<Keyed<'_, M>, ProjectionError> {
        let key = self.id()?;
        Ok(self.at(key))
    }

    /// As [`Keyed::get`], of the row of the stream's id.
    ///
    /// # Errors
    /// As [`Keyed::get`].
    pub fn get(&mut self) -> Result<Option<M>, ProjectionError> {
        self.own()?.get()
    }

    /// As [`Keyed::insert`], of the row of the stream's id.
    ///
    /// # Errors
    /// As [`Keyed::insert`].
    pub fn insert(&mut self, new: impl FnOnce() -> M) -> Result<(), ProjectionError> {
        self.own()?.insert(new)
    }

    /// As [`Keyed::update`], of the row of the stream's id.
    ///
    /// # Errors
    /// As [`Keyed::update`].
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), ProjectionError> {
        self.own()?.update(change)
    }

    /// As [`Keyed::try_update`], of the row of the stream's id.
    ///
    /// # Errors
    /// As [`Keyed::try_update`].
    pub fn try_update<E: Into<BoxError>>(
        &mut self,
        change: impl FnOnce(&mut M) -> Result<(), E>,
    ) -> Result<(), ProjectionError> {
        self.own()?.try_update(change)
    }

    /// As [`Keyed::upsert`], of the row of the stream's id.
    ///
    /// # Errors
    /// As [`Keyed::upsert`].
    pub fn upsert(&mut self, new: impl FnOnce() -> M, change: impl FnOnce(&mut M)) -> Result<(), ProjectionError> {
        self.own()?.upsert(new, change)
    }

    /// As [`Keyed::delete`], of the row of the stream's id.
    ///
    /// # Errors
    /// As [`Keyed::delete`].
    pub fn delete(&mut self) -> Result<(), ProjectionError> {
        self.own()?.delete()
    }
}

/// The cache of a table that takes part in the projection.
pub(super) fn cache<M: ReadModel>(tables: &mut Tables) -> Result<&mut Cache<M>, ProjectionError> {
    // What has no cache is no table of this projection, which the bounds of the callers exclude.
    tables.of(TypeId::of::<M>()).and_then(|cache| cache.as_any().downcast_mut()).ok_or(ProjectionError::NotLoaded)
}
