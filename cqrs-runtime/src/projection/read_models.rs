//! The read models of an application: made ready, kept up to date, asked, rebuilt.

mod catch_up;
mod driver;
mod filling;
mod generations;
mod helper;
mod letters;
mod local;
mod model;
mod rebuild;
mod serving;
mod status;
mod verify;
mod wait;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use self::catch_up::CatchUpError;
pub use self::driver::Running;
pub use self::generations::GenerationError;
pub use self::letters::LettersError;
pub use self::rebuild::{RebuildError, RebuildOptions, RebuildProgress, Rebuilt};
pub use self::serving::Serving;
pub use self::status::{GenerationStatus, ModelStatus, Readiness};
pub use self::verify::{
    ColumnDifference, Difference, DifferenceKind, Verified, VerifyError, VerifyOptions, VerifyProgress, VerifyStep,
};
pub use self::wait::WaitError;

use self::model::{Model, ModelOf};
use super::query::Source;
use super::rows::InRows;
use super::transactional::InTransaction;
use super::{EngineOptions, InvalidOptions, Projection, Query, QueryError, RowChanges, TransactionalProjection};
use crate::read_model::ReadModel;
use crate::store::{Dialect, EventStore, Generation, GenerationState, NewGeneration, StoreError, Tables};

/// Why read models can't be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The database can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The options are of no use.
    #[error("the options of the read models are not valid")]
    Options(#[from] InvalidOptions),
    /// Two read models or projections show a table under one name, or one is listed twice.
    #[error("two are listed that show a table as `{name}`")]
    Twice {
        /// The table.
        name: &'static str,
    },
}

/// The read models of an application. Cheap to clone.
///
/// ```no_run
/// # use cqrs_runtime::projection::{Projection, ReadModels};
/// # use cqrs_runtime::store::EventStore;
/// # async fn f<AccountSummary: Projection>(store: EventStore) -> Result<(), Box<dyn std::error::Error>> {
/// let read_models = ReadModels::new(store).with::<AccountSummary>();
/// read_models.prepare().await?;
/// let running = read_models.start();
/// let rows = read_models.query::<AccountSummary>().limit(10).fetch().await?;
/// running.stop().await;
/// # let _ = rows;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ReadModels {
    store: EventStore,
    options: EngineOptions,
    models: Vec<Arc<dyn Model>>,
}

impl ReadModels {
    /// No read models yet, over the events of `store`.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        Self { store, options: EngineOptions::default(), models: Vec::new() }
    }

    /// With a read model more.
    #[must_use]
    pub fn with<M: Projection>(mut self) -> Self {
        self.models.push(Arc::new(ModelOf::<InRows<M>>::of_rows()));
        self
    }

    /// With a projection more, that writes in a transaction.
    #[must_use]
    pub fn with_transactional<P: TransactionalProjection>(mut self) -> Self {
        // A store that has no tables says so when it is asked for them.
        let dialect = self.store.tables().map_or(Dialect::Sqlite, Tables::dialect);
        self.models.push(Arc::new(ModelOf::<InTransaction<P>>::in_transaction(dialect)));
        self
    }

    /// Kept up to date in another way.
    #[must_use]
    pub fn options(mut self, options: EngineOptions) -> Self {
        self.options = options;
        self
    }

    /// The store whose events they are made of.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// The names of the read models: their tables'.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.models.iter().map(|model| model.name())
    }

    /// Asks for rows of a read model.
    pub fn query<M: ReadModel>(&self) -> Query<M> {
        let source = self.source::<M>();
        Query::new(self.store.clone(), source)
    }

    /// Follows the rows of a read model.
    pub fn changes<M: ReadModel>(&self) -> RowChanges<M> {
        let source = self.source::<M>();
        RowChanges::new(self.store.clone(), source)
    }

    /// The row of a key, if there is one; with tenants, ask [`query`](Self::query)`::<M>().tenant(..).find(key)`.
    ///
    /// # Errors
    /// When the read model has not been built, or the database can't be read.
    pub async fn find<M: ReadModel>(&self, key: &M::Key) -> Result<Option<M>, QueryError> {
        self.query::<M>().find(key).await
    }

    /// Makes the tables of read models that are new, and says how each stands.
    ///
    /// One whose shape or version has changed is left as it is, to be [rebuilt](Self::rebuild) when that suits.
    ///
    /// # Errors
    /// When the options are not valid, a table is listed twice, or the database can't be read or written.
    pub async fn prepare(&self) -> Result<Vec<(&'static str, Readiness)>, PrepareError> {
        self.options.check()?;
        let mut names = BTreeSet::new();
        if let Some(name) = self.models.iter().flat_map(|model| model.views()).find(|name| !names.insert(*name)) {
            return Err(PrepareError::Twice { name });
        }
        if self.models.iter().any(|model| model.rows().is_empty()) {
            // Where there are no transactions to hand out, that is said now.
            drop(self.store.tables()?.begin_batch(self.options.transaction()).await?);
        }
        let mut readiness = Vec::new();
        for model in &self.models {
            let generations = self.store.tables()?.generations(model.name()).await?;
            if generations.is_empty() {
                self.create(&**model, GenerationState::Building).await?;
            }
            readiness.push((model.name(), Readiness::of(&generations, model.fingerprint())));
        }
        Ok(readiness)
    }

    /// How each read model stands.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn status(&self) -> Result<Vec<ModelStatus>, StoreError> {
        let tables = self.store.tables()?;
        let mut models = Vec::new();
        for model in &self.models {
            let (name, fingerprint) = (model.name(), model.fingerprint());
            let known = tables.generations(name).await?;
            let readiness = Readiness::of(&known, fingerprint);
            let mut generations = Vec::new();
            for generation in known {
                let partitions = tables.checkpoints(&generation.key.to_string()).await?;
                let letters = tables.letters(&generation.key).await?;
                let is_mine = generation.fingerprint == *fingerprint;
                generations.push(GenerationStatus { generation, is_mine, partitions, letters });
            }
            models.push(ModelStatus { name, readiness, generations });
        }
        Ok(models)
    }

    /// A new generation of a read model; one in this state already is gone on with.
    async fn create(&self, model: &dyn Model, state: GenerationState) -> Result<Generation, StoreError> {
        self.create_of(model, state, model.partitions().unwrap_or(self.options.partitions)).await
    }

    async fn create_of(
        &self,
        model: &dyn Model,
        state: GenerationState,
        partitions: u32,
    ) -> Result<Generation, StoreError> {
        let new = NewGeneration {
            projection: model.name(),
            fingerprint: model.fingerprint(),
            partitions,
            tables: model.tables(),
            state,
        };
        self.store.tables()?.create_generation(&new).await
    }

    pub(super) fn source<M: ReadModel>(&self) -> Option<Arc<Source>> {
        self.model(M::TABLE.name)?.source().map(Arc::clone)
    }

    fn model(&self, name: &str) -> Option<&Arc<dyn Model>> {
        self.models.iter().find(|model| model.name() == name)
    }

    /// The generations of a read model that this program can fill, those that serve first.
    async fn generations(&self, model: &dyn Model) -> Result<Vec<Generation>, StoreError> {
        let fingerprint = model.fingerprint();
        let mut generations = self.store.tables()?.generations(model.name()).await?;
        let is_filled = |state| matches!(state, GenerationState::Building | GenerationState::Serving);
        generations.retain(|known| known.fingerprint == *fingerprint && is_filled(known.state));
        generations.sort_by_key(|known| known.state != GenerationState::Serving);
        Ok(generations)
    }
}
