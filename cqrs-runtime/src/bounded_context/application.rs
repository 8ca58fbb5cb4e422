use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::{BoundedContext, ContextVisitor, Lists};
use crate::aggregate::Aggregate;
use crate::dispatch::Dispatcher;
use crate::projection::{EngineOptions, Projection, ReadModels, TransactionalProjection};
use crate::store::EventStore;

/// A bounded context over an event store: what executes its commands, and what keeps its read models. Cheap to clone.
///
/// ```
/// # use cqrs_runtime::bounded_context::{Application, Lists};
/// # use cqrs_runtime::{prelude::*, dispatch::Dispatcher, store::EventStore};
/// # fn f<Bank: Lists<Account>, Account: Aggregate>(store: EventStore, limits: Account::Config) {
/// let bank = Application::<Bank>::new(store).dispatcher(|accounts: Dispatcher<Account>| accounts.config(limits));
/// let running = bank.read_models().start();
/// # }
/// ```
pub struct Application<C> {
    read_models: ReadModels,
    dispatchers: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    context: PhantomData<fn() -> C>,
}

impl<C> Clone for Application<C> {
    fn clone(&self) -> Self {
        let (read_models, dispatchers) = (self.read_models.clone(), self.dispatchers.clone());
        Self { read_models, dispatchers, context: PhantomData }
    }
}

impl<C> fmt::Debug for Application<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application").field("context", &type_name::<C>()).finish_non_exhaustive()
    }
}

impl<C: BoundedContext> Application<C> {
    /// The context over a store.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        let mut listed = Listed { read_models: ReadModels::new(store) };
        C::visit(&mut listed);
        Self { read_models: listed.read_models, dispatchers: HashMap::new(), context: PhantomData }
    }

    /// With a dispatcher that is configured: with limits, with who answers what commands ask of the outside world.
    #[must_use]
    pub fn dispatcher<A: Aggregate>(mut self, configure: impl FnOnce(Dispatcher<A>) -> Dispatcher<A>) -> Self
    where
        C: Lists<A>,
    {
        let configured = configure(self.dispatching());
        self.dispatchers.insert(TypeId::of::<A>(), Arc::new(configured));
        self
    }

    /// With read models that are kept up to date in another way.
    #[must_use]
    pub fn engine_options(mut self, options: EngineOptions) -> Self {
        self.read_models = self.read_models.options(options);
        self
    }

    /// What executes the commands of an aggregate.
    #[must_use]
    pub fn dispatcher_of<A: Aggregate>(&self) -> Dispatcher<A>
    where
        C: Lists<A>,
    {
        self.dispatching()
    }

    /// The same, of an aggregate that has been shown as one of the context's.
    pub(crate) fn dispatching<A: Aggregate>(&self) -> Dispatcher<A> {
        let configured =
            self.dispatchers.get(&TypeId::of::<A>()).and_then(|known| known.downcast_ref::<Dispatcher<A>>());
        configured.cloned().unwrap_or_else(|| Dispatcher::new(self.store().clone()))
    }

    /// The read models, and the projections with a transaction.
    #[must_use]
    pub fn read_models(&self) -> &ReadModels {
        &self.read_models
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        self.read_models.store()
    }
}

/// The read models of a context.
struct Listed {
    read_models: ReadModels,
}

impl ContextVisitor for Listed {
    fn aggregate<A: Aggregate>(&mut self) {}

    fn read_model<M: Projection>(&mut self) {
        self.read_models = self.read_models.clone().with::<M>();
    }

    fn transactional_projection<P: TransactionalProjection>(&mut self) {
        self.read_models = self.read_models.clone().with_transactional::<P>();
    }
}
