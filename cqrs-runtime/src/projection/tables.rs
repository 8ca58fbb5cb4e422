//! The tables of a projection, in memory.

use std::any::TypeId;
use std::fmt;

use super::Projection;
use super::cache::{Cache, TableCache, Tenants};
use crate::column::Numbers;

/// Which of its two passes a batch is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// Finding out which rows are needed; nothing is changed.
    Collecting,
    /// Changing them.
    Folding,
}

/// The read model's own table first, then its lookups.
pub(super) struct Tables {
    caches: Vec<(TypeId, Box<dyn TableCache>)>,
    pub(super) tenants: Tenants,
    pass: Pass,
    /// Whether the event under way needs rows that are not here.
    lacking: bool,
    /// Whether it has changed any.
    changed: bool,
}

impl Tables {
    pub(super) fn of_projection<M: Projection>(numbers: Numbers) -> Self {
        let own: (TypeId, Box<dyn TableCache>) = (TypeId::of::<M>(), Box::new(Cache::<M>::new(numbers)));
        let lookups = M::lookups().into_iter().map(|lookup| (lookup.id, (lookup.cache)(numbers)));
        Self {
            caches: std::iter::once(own).chain(lookups).collect(),
            tenants: Tenants::default(),
            pass: Pass::Collecting,
            lacking: false,
            changed: false,
        }
    }

    pub(super) fn of(&mut self, model: TypeId) -> Option<&mut dyn TableCache> {
        self.caches.iter_mut().find(|(id, _)| *id == model).map(|(_, cache)| &mut **cache)
    }

    /// All of them, and the tenants of their rows.
    pub(super) fn all(&mut self) -> (impl Iterator<Item = &mut dyn TableCache>, &mut Tenants) {
        (self.caches.iter_mut().map(|(_, cache)| &mut **cache), &mut self.tenants)
    }

    pub(super) fn pass(&self) -> Pass {
        self.pass
    }

    /// Begins an event in a pass.
    pub(super) fn begin(&mut self, pass: Pass) {
        self.pass = pass;
        self.lacking = false;
        self.changed = false;
        if pass == Pass::Folding {
            self.all().0.for_each(TableCache::begin);
        }
    }

    /// Notes that the event can't be told to its end without rows that are not here.
    pub(super) fn lacks(&mut self) {
        self.lacking = true;
    }

    pub(super) fn is_lacking(&self) -> bool {
        self.lacking
    }

    /// Notes that the event is about to change a row.
    pub(super) fn changes(&mut self) {
        self.changed = true;
    }

    pub(super) fn has_changed(&self) -> bool {
        self.changed
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").field("pass", &self.pass).finish_non_exhaustive()
    }
}
