//! Writing the rows of a read model.

use std::marker::PhantomData;
use std::time::Duration;

use super::cache::Changes;
use super::engine::EngineError;
use super::fold::{Folder, Loader, Parked, Prepared};
use super::route::Projected;
use super::target::{LeftOut, Sink, Target};
use super::{PartitionBy, Projection, Route};
use crate::column::Numbers;
use crate::read_model::Table;
use crate::store::{
    AdvanceVerdict, Changed, EventStore, Generation, RowBatch, StoreError, TableShape, TableWrite, Wanted,
};

/// The rows of a read model.
pub(crate) struct InRows<M>(PhantomData<fn() -> M>);

impl<M: Projection> Target for InRows<M> {
    type Part = dyn Projected<M>;
    type Sink = RowSink<M>;

    const PARTITION: PartitionBy = M::PARTITION;

    fn name() -> &'static str {
        M::TABLE.name
    }

    fn routes() -> Vec<Route<Self::Part>> {
        M::routes()
    }
}

/// Folds events into the rows of one generation of a read model.
pub(crate) struct RowSink<M: Projection> {
    folder: Folder<M>,
    shapes: Vec<(&'static str, TableShape)>,
    changes: Vec<(&'static Table, Changes)>,
}

impl<M: Projection> Sink<InRows<M>> for RowSink<M> {
    fn new(numbers: Numbers, generation: &Generation) -> Self {
        let tables = std::iter::once(M::TABLE).chain(M::lookups().into_iter().map(|lookup| lookup.table));
        let shapes = tables.map(|table| (table.name, table.shape(generation.key.table(table.name)))).collect();
        Self { folder: Folder::new(numbers), shapes, changes: Vec::new() }
    }

    async fn fold(
        &mut self,
        store: &EventStore,
        events: &[Prepared<InRows<M>>],
        parked: &mut Parked,
        _: Duration,
    ) -> Result<LeftOut, EngineError> {
        let mut rows = Rows { store, shapes: &self.shapes };
        let folded = self.folder.fold(events, parked, &mut rows).await?;
        self.changes = folded.changes;
        Ok(folded.parked)
    }

    async fn write(&mut self, store: &EventStore, batch: RowBatch<'_>) -> Result<(AdvanceVerdict, bool), EngineError> {
        let changed = self.folder.changed()?;
        let written = std::mem::take(&mut self.changes).into_iter().filter(|(_, changes)| changes.rows > 0);
        let tables = written.filter_map(|(table, changes)| {
            let (_, shape) = self.shapes.iter().find(|(name, _)| *name == table.name)?;
            Some(TableWrite { table: shape, upserts: changes.upserts, deletes: changes.deletes })
        });
        let tables: Vec<_> = tables.collect();
        let has_changed = changed != Changed::Nothing;
        let batch = RowBatch { changed, tables: &tables, ..batch };
        Ok((store.tables()?.write(&batch).await?, has_changed))
    }

    fn committed(&mut self, keep: usize) {
        self.folder.committed(keep);
    }

    fn forget(&mut self) {
        self.changes.clear();
        self.folder.forget();
    }
}

/// Loads rows of one generation.
struct Rows<'s> {
    store: &'s EventStore,
    shapes: &'s [(&'static str, TableShape)],
}

impl Loader for Rows<'_> {
    async fn load(&mut self, table: &'static Table, wanted: &Wanted) -> Result<String, StoreError> {
        let shape = self.shapes.iter().find(|(name, _)| *name == table.name).map(|(_, shape)| shape);
        self.store.tables()?.load(shape.ok_or(StoreError::NoTables)?, wanted).await
    }
}
