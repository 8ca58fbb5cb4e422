//! A read model, or a projection with a transaction, whichever it is.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;

use super::super::engine::{EngineError, EngineOptions, Goal, Progress, Replayed, Worker};
use super::super::query::Source;
use super::super::route::{Routing, fingerprint};
use super::super::rows::InRows;
use super::super::target::Target;
use super::super::transactional::InTransaction;
use super::super::{Lookup, Projection, TransactionalProjection};
use super::local::Local;
use crate::read_model::Table;
use crate::store::{
    Dialect, EventStore, Generation, GenerationState, GenerationTables, StoreError, TableShape, WorkerId,
};

/// What can be projected.
pub(super) trait Model: Debug + Send + Sync {
    /// What it is called: the name of its first table.
    fn name(&self) -> &'static str;
    /// The names of the views that show what serves: its own first.
    fn views(&self) -> Vec<&'static str>;
    /// What tells its shape and version from others.
    fn fingerprint(&self) -> &str;
    /// The tables of a new generation.
    fn tables(&self) -> GenerationTables<'_>;
    /// Into how many partitions a new generation is divided, where it is not for the options to say.
    fn partitions(&self) -> Option<u32>;
    /// The tables whose rows are known, its own first; none where it writes in a transaction.
    fn rows(&self) -> &[&'static Table];
    /// Where its rows stand, if they are known.
    fn source(&self) -> Option<&Arc<Source>>;
    /// How this process fares with it.
    fn local(&self) -> &Local;
    /// The stored names of the events that it is made of.
    fn events(&self) -> Vec<&'static str>;
    /// Somebody who projects it.
    fn worker(
        &self,
        store: EventStore,
        generation: Generation,
        id: WorkerId,
        options: EngineOptions,
    ) -> Result<Box<dyn Works>, StoreError>;
}

/// A worker, whichever read model's.
#[async_trait]
pub(super) trait Works: Send {
    async fn step(&mut self) -> Result<Progress, EngineError>;
    /// A step towards a goal of each partition, and no further.
    async fn step_to(&mut self, goals: &[Goal]) -> Result<Replayed, EngineError>;
    /// Tries the letters of a sequence again, where all partitions are its.
    async fn try_again(&mut self, sequence: i64) -> Result<Replayed, EngineError>;
    /// Moves the checkpoints to the end of the log, behind which nothing was found.
    async fn settle(&mut self) -> Result<(), EngineError>;
    async fn release(&mut self) -> Result<(), StoreError>;
    fn position(&self) -> Option<u64>;
    fn partitions(&self) -> usize;
    /// Whether all partitions are its.
    fn has_all(&self) -> bool;
    fn generation(&self) -> &Generation;
    /// Takes note of what the generation is there for now.
    fn set_state(&mut self, state: GenerationState);
}

pub(super) struct ModelOf<T> {
    fingerprint: String,
    tables: Made,
    rows: Vec<&'static Table>,
    source: Option<Arc<Source>>,
    local: Local,
    of: PhantomData<fn() -> T>,
}

/// Of what a generation's tables are made.
enum Made {
    Shaped(Vec<TableShape>),
    Stated { names: &'static [&'static str], statements: Vec<String> },
}

impl<M: Projection> ModelOf<InRows<M>> {
    /// A read model.
    pub(super) fn of_rows() -> Self {
        let fingerprint = fingerprint::<M>();
        let shape = |table: &Table| table.shape(table.name.to_owned());
        let source = Source { fingerprint: fingerprint.clone(), shape: shape(M::TABLE) };
        let rows: Vec<_> =
            std::iter::once(M::TABLE).chain(M::lookups().into_iter().map(|lookup: Lookup| lookup.table)).collect();
        Self {
            fingerprint,
            tables: Made::Shaped(rows.iter().map(|table| shape(table)).collect()),
            rows,
            source: Some(Arc::new(source)),
            local: Local::default(),
            of: PhantomData,
        }
    }
}

impl<P: TransactionalProjection> ModelOf<InTransaction<P>> {
    /// A projection with a transaction.
    pub(super) fn in_transaction(dialect: Dialect) -> Self {
        let (statements, fingerprint) = InTransaction::<P>::stated(dialect);
        Self {
            fingerprint,
            tables: Made::Stated { names: P::TABLES, statements },
            rows: Vec::new(),
            source: None,
            local: Local::default(),
            of: PhantomData,
        }
    }
}

impl<T: Target> Model for ModelOf<T> {
    fn name(&self) -> &'static str {
        T::name()
    }

    fn views(&self) -> Vec<&'static str> {
        match &self.tables {
            Made::Shaped(_) => vec![T::name()],
            Made::Stated { names, .. } => names.to_vec(),
        }
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn tables(&self) -> GenerationTables<'_> {
        match &self.tables {
            Made::Shaped(tables) => GenerationTables::Shaped(tables),
            Made::Stated { names, statements } => GenerationTables::Stated { names, statements },
        }
    }

    fn partitions(&self) -> Option<u32> {
        // What is written in transactions may be about the same rows, whatever the sequence.
        matches!(self.tables, Made::Stated { .. }).then_some(1)
    }

    fn rows(&self) -> &[&'static Table] {
        &self.rows
    }

    fn source(&self) -> Option<&Arc<Source>> {
        self.source.as_ref()
    }

    fn local(&self) -> &Local {
        &self.local
    }

    fn events(&self) -> Vec<&'static str> {
        Routing::<T>::new().names().to_vec()
    }

    fn worker(
        &self,
        store: EventStore,
        generation: Generation,
        id: WorkerId,
        options: EngineOptions,
    ) -> Result<Box<dyn Works>, StoreError> {
        Ok(Box::new(Worker::<T>::new(store, generation, id, options)?))
    }
}

impl<T: Target> Debug for ModelOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("name", &T::name()).finish_non_exhaustive()
    }
}

#[async_trait]
impl<T: Target> Works for Worker<T> {
    async fn step(&mut self) -> Result<Progress, EngineError> {
        Self::step(self).await
    }

    async fn step_to(&mut self, goals: &[Goal]) -> Result<Replayed, EngineError> {
        Self::step_to(self, goals).await
    }

    async fn try_again(&mut self, sequence: i64) -> Result<Replayed, EngineError> {
        Self::try_again(self, sequence).await
    }

    async fn settle(&mut self) -> Result<(), EngineError> {
        Self::settle(self).await
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        Self::release(self).await
    }

    fn position(&self) -> Option<u64> {
        Self::position(self)
    }

    fn partitions(&self) -> usize {
        Self::partitions(self)
    }

    fn has_all(&self) -> bool {
        u32::try_from(Self::partitions(self)) == Ok(Self::generation(self).partitions)
    }

    fn generation(&self) -> &Generation {
        Self::generation(self)
    }

    fn set_state(&mut self, state: GenerationState) {
        Self::set_state(self, state);
    }
}
