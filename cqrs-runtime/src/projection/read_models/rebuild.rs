//! Building a read model anew beside the one that serves, and going back to the one that served before.

use std::time::Duration;

use super::super::engine::EngineError;
use super::filling::{Filling, answered};
use super::model::Model;
use super::{ReadModels, StoreError};
use crate::store::{Generation, GenerationKey, GenerationState, StateVerdict};

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildProgress {
    /// The read model.
    pub name: &'static str,
    /// The generation that is built.
    pub generation: u32,
    /// The position up to which it has come, whichever process has brought it there.
    pub position: u64,
    /// The end of the log.
    pub head: u64,
    /// How many events this process has projected for it.
    pub events: u64,
    /// For how long it has been at it.
    pub elapsed: Duration,
}

/// What a rebuild may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RebuildOptions {
    /// Let what was built serve, although events are parked in it that what served has projected.
    pub accept_parked: bool,
}

/// A read model that was rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The generation that serves now.
    pub generation: GenerationKey,
    /// How many events this process has projected for it.
    pub events: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// How many events could not be projected, and are parked.
    pub parked: usize,
}

/// Why what is built does not serve yet; it goes on where it was when it is asked for again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
    /// Events can't be projected.
    #[error("the read model `{name}` can't be rebuilt for now")]
    Engine {
        /// The read model.
        name: &'static str,
        /// Why.
        source: EngineError,
    },
    /// Somebody has cancelled it.
    #[error("the rebuild of `{name}` was cancelled")]
    Cancelled {
        /// The read model.
        name: &'static str,
    },
    /// Events are parked that what serves has projected. What serves goes on; what was built waits until that is
    /// [accepted](RebuildOptions::accept_parked), the letters are seen to, or it is [cancelled](ReadModels::cancel_rebuild).
    #[error("{events} events that `{name}` has are parked in its generation {generation}: it does not serve")]
    Parked {
        /// The read model.
        name: &'static str,
        /// The generation that was built.
        generation: u32,
        /// How many.
        events: u64,
    },
    /// Nothing is kept of this read model that could serve again.
    #[error("no generation of `{name}` is kept to go back to")]
    NothingKept {
        /// The read model.
        name: &'static str,
    },
    /// Another generation is being built, or gone back to, and has to serve or to be [cancelled](ReadModels::cancel_rebuild)
    /// first.
    #[error("`{name}` is being rebuilt, or gone back to an earlier generation: let that end, or cancel it")]
    BeingBuilt {
        /// The read model.
        name: &'static str,
    },
}

impl ReadModels {
    /// Builds a read model anew beside the one that serves, and lets it serve once it has caught up. What served is kept: one
    /// can [go back](Self::roll_back) to it, until it is [dropped](Self::drop_generation).
    ///
    /// A rebuild that did not come to its end, its process having been killed or this future dropped, is gone on with, also
    /// by any process in which read models [run](Self::start); [`cancel_rebuild`](Self::cancel_rebuild) ends it.
    ///
    /// # Errors
    /// When events can't be projected, or the database can't be written; [`RebuildError::Parked`] when events are parked that
    /// what serves has projected, [`RebuildError::BeingBuilt`] when it is being [gone back](Self::roll_back).
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn rebuild(
        &self,
        name: &str,
        progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, RebuildError> {
        self.rebuild_with(name, RebuildOptions::default(), progress).await
    }

    /// As [`rebuild`](Self::rebuild), with a say in what it may do.
    ///
    /// ```no_run
    /// # use cqrs_runtime::projection::{ReadModels, RebuildError, RebuildOptions};
    /// # async fn f(read_models: ReadModels) -> Result<(), RebuildError> {
    /// match read_models.rebuild("account_summary", |progress| println!("{progress:?}")).await {
    ///     // Somebody has looked at the letters, and can do without these events.
    ///     Err(RebuildError::Parked { events, .. }) if events < 3 => {
    ///         let options = RebuildOptions { accept_parked: true };
    ///         read_models.rebuild_with("account_summary", options, |_| ()).await?;
    ///     }
    ///     rebuilt => drop(rebuilt?),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`rebuild`](Self::rebuild).
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn rebuild_with(
        &self,
        name: &str,
        options: RebuildOptions,
        progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, RebuildError> {
        let model = self.model(name).ok_or_else(|| RebuildError::NotListed { name: name.to_owned() })?;
        let failed = |error: StoreError| RebuildError::Engine { name: model.name(), source: error.into() };
        let made = answered(model.name(), || self.create(&**model, GenerationState::Building)).await;
        let generation = made.map_err(failed)?;
        if generation.served_at.is_some() {
            // Somebody was about to go back to it: it is not built anew.
            return Err(RebuildError::BeingBuilt { name: model.name() });
        }
        let filling = Filling::begin(self, &**model, generation).map_err(failed)?;
        filling.with_others(model).until_it_serves(options, progress).await
    }

    /// Lets the generation serve again that served before, of this program's shape and version, once it has caught up with
    /// what has happened since. What served is kept.
    ///
    /// A program of an older shape or version needs none of this: its generation has gone on serving it, beside the new one.
    ///
    /// # Errors
    /// When nothing is kept, another generation is being built, and as [`rebuild`](Self::rebuild).
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn roll_back(
        &self,
        name: &str,
        options: RebuildOptions,
        progress: impl FnMut(RebuildProgress) + Send,
    ) -> Result<Rebuilt, RebuildError> {
        let model = self.model(name).ok_or_else(|| RebuildError::NotListed { name: name.to_owned() })?;
        let name = model.name();
        let failed = |error: StoreError| RebuildError::Engine { name, source: error.into() };
        // Where the answer was lost to what has been done, it is gone on with.
        let generation = answered(name, || self.begin_to_go_back(&**model)).await.map_err(failed)??;
        let filling = Filling::begin(self, &**model, generation).map_err(failed)?;
        filling.with_others(model).until_it_serves(options, progress).await
    }

    /// Takes the generation out of what is kept that served last, unless one has been taken.
    async fn begin_to_go_back(&self, model: &dyn Model) -> Result<Result<Generation, RebuildError>, StoreError> {
        let (name, fingerprint) = (model.name(), model.fingerprint());
        let tables = self.store.tables()?;
        let mut known = tables.generations(name).await?;
        known.retain(|known| known.fingerprint == *fingerprint);
        let going_back = |known: &Generation| known.state == GenerationState::Building && known.served_at.is_some();
        if let Some(interrupted) = known.iter().position(going_back) {
            return Ok(Ok(known.swap_remove(interrupted)));
        }
        known.retain(|known| known.state == GenerationState::Retired);
        let Some(last) = known.into_iter().max_by_key(|known| known.served_at) else {
            return Ok(Err(RebuildError::NothingKept { name }));
        };
        let (from, to) = (GenerationState::Retired, GenerationState::Building);
        Ok(match tables.set_state(&last.key, from, to).await? {
            StateVerdict::Set => Ok(Generation { state: to, ..last }),
            StateVerdict::Taken => Err(RebuildError::BeingBuilt { name }),
            StateVerdict::Gone => Err(RebuildError::NothingKept { name }),
        })
    }
}
