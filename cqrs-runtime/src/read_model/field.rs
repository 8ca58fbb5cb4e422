use std::fmt;
use std::marker::PhantomData;

use super::{ReadModel, TableField};

/// A field by which rows are chosen (`FILTER`) or ordered (`ORDER`); the derive makes one for each that is declared so.
pub struct Field<M, T, const FILTER: bool, const ORDER: bool> {
    index: usize,
    of: PhantomData<fn() -> (M, T)>,
}

impl<M: ReadModel, T, const FILTER: bool, const ORDER: bool> Field<M, T, FILTER, ORDER> {
    /// The field at a place of the table.
    #[doc(hidden)]
    #[must_use]
    pub const fn at(index: usize) -> Self {
        Self { index, of: PhantomData }
    }

    /// Its place in the table.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }

    /// What the table says of it.
    #[must_use]
    pub fn description(self) -> &'static TableField {
        &M::TABLE.fields[self.index]
    }
}

impl<M, T, const FILTER: bool, const ORDER: bool> Clone for Field<M, T, FILTER, ORDER> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T, const FILTER: bool, const ORDER: bool> Copy for Field<M, T, FILTER, ORDER> {}

impl<M, T, const FILTER: bool, const ORDER: bool> fmt::Debug for Field<M, T, FILTER, ORDER> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("index", &self.index).finish()
    }
}
