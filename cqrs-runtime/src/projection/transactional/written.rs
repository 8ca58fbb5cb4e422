use std::fmt;
use std::marker::PhantomData;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::super::route::{Decoded, Route, decode};
use super::super::target::Part;
use super::super::{PartitionKey, ProjectionError};
use super::{ProjectInTransaction, ProjectionTable, TransactionalProjection};
use crate::aggregate::Emits;
use crate::event::Event;
use crate::store::{GenerationKey, Transaction};

/// The transaction in which a projection writes what a batch of events comes to; it commits together with the checkpoint.
///
/// For SeaORM, [`connection`](Self::connection) is the transaction itself; [`execute`](Self::execute) and
/// [`query`](Self::query) run SQL in it.
pub struct ProjectionTransaction<'t, P> {
    transaction: &'t dyn Transaction,
    generation: &'t GenerationKey,
    of: PhantomData<fn() -> P>,
}

impl<'t, P> ProjectionTransaction<'t, P> {
    pub(super) fn new(transaction: &'t dyn Transaction, generation: &'t GenerationKey) -> Self {
        Self { transaction, generation, of: PhantomData }
    }

    /// The name of a table in the generation that is written, to be put into statements as it is.
    #[must_use]
    pub fn table(&self, table: ProjectionTable<P>) -> String {
        self.generation.table(table.view())
    }

    /// The transaction, as the backend has begun it.
    #[must_use]
    pub fn transaction(&self) -> &dyn Transaction {
        self.transaction
    }
}

impl<P> fmt::Debug for ProjectionTransaction<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectionTransaction").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// An event that a projection writes in a transaction.
pub trait Written<P>: Part {
    /// Writes what it comes to.
    fn write<'w>(&'w self, transaction: &'w ProjectionTransaction<'w, P>)
    -> BoxFuture<'w, Result<(), ProjectionError>>;
}

impl<P: ProjectInTransaction<E>, E: Event> Written<P> for Decoded<E> {
    fn write<'w>(
        &'w self,
        transaction: &'w ProjectionTransaction<'w, P>,
    ) -> BoxFuture<'w, Result<(), ProjectionError>> {
        P::project(transaction, &self.recorded).boxed()
    }
}

impl<P: TransactionalProjection> Route<dyn Written<P>> {
    /// The event `E` of the aggregate `A`, written in a transaction.
    #[must_use]
    pub const fn written<A, E>() -> Self
    where
        A: Emits<E>,
        E: Event + Clone,
        P: ProjectInTransaction<E>,
    {
        Self::to::<A, E>(|raw| decode::<A, E, _>(raw, |_| None, |part| part))
    }

    /// The event `E` of the aggregate `A`, written in a transaction, that tells by a field which events it belongs with.
    #[must_use]
    pub const fn written_by_field<A, E>() -> Self
    where
        A: Emits<E>,
        E: Event + Clone,
        P: ProjectInTransaction<E> + PartitionKey<E>,
    {
        Self::to::<A, E>(|raw| decode::<A, E, _>(raw, |event| Some(P::partition_key(event)), |part| part))
    }
}
