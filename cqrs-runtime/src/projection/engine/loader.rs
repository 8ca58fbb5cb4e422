use super::super::fold::Loader;
use crate::read_model::Table;
use crate::store::{EventStore, StoreError, TableShape, Wanted};

/// Loads rows of one generation.
pub(super) struct Rows<'s> {
    pub(super) store: &'s EventStore,
    pub(super) shapes: &'s [(&'static str, TableShape)],
}

impl Loader for Rows<'_> {
    async fn load(&mut self, table: &'static Table, wanted: &Wanted) -> Result<String, StoreError> {
        let shape = self.shapes.iter().find(|(name, _)| *name == table.name).map(|(_, shape)| shape);
        self.store.tables()?.load(shape.ok_or(StoreError::NoTables)?, wanted).await
    }
}
