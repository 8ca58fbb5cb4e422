//! A read model, whichever it is.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;

use super::super::engine::{EngineError, EngineOptions, Goal, Progress, Replayed, Worker};
use super::super::query::Source;
use super::super::route::{Routing, fingerprint};
use super::super::{Lookup, Projection};
use super::local::Local;
use crate::read_model::Table;
use crate::store::{EventStore, Generation, GenerationState, StoreError, WorkerId};

/// A read model that can be projected.
pub(super) trait Model: Debug + Send + Sync {
    /// Its own table.
    fn table(&self) -> &'static Table;
    /// All its tables, its own first.
    fn tables(&self) -> Vec<&'static Table>;
    /// Where its rows stand.
    fn source(&self) -> &Arc<Source>;
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

pub(super) struct ModelOf<M> {
    source: Arc<Source>,
    local: Local,
    of: PhantomData<fn() -> M>,
}

impl<M: Projection> Default for ModelOf<M> {
    fn default() -> Self {
        let source = Source { fingerprint: fingerprint::<M>(), shape: M::TABLE.shape(M::TABLE.name.to_owned()) };
        Self { source: Arc::new(source), local: Local::default(), of: PhantomData }
    }
}

impl<M: Projection> Model for ModelOf<M> {
    fn table(&self) -> &'static Table {
        M::TABLE
    }

    fn tables(&self) -> Vec<&'static Table> {
        std::iter::once(M::TABLE).chain(M::lookups().into_iter().map(|lookup: Lookup| lookup.table)).collect()
    }

    fn source(&self) -> &Arc<Source> {
        &self.source
    }

    fn local(&self) -> &Local {
        &self.local
    }

    fn events(&self) -> Vec<&'static str> {
        Routing::<M>::new().names().to_vec()
    }

    fn worker(
        &self,
        store: EventStore,
        generation: Generation,
        id: WorkerId,
        options: EngineOptions,
    ) -> Result<Box<dyn Works>, StoreError> {
        Ok(Box::new(Worker::<M>::new(store, generation, id, options)?))
    }
}

impl<M: Projection> Debug for ModelOf<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("table", &M::TABLE.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl<M: Projection> Works for Worker<M> {
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
