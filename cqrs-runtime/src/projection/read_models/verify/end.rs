//! What becomes of the tables that were replayed into.

use super::report::Verified;
use super::run::Run;
use super::{VerifyError, VerifyProgress, VerifyStep};
use crate::projection::read_models::filling::Filling;
use crate::projection::read_models::model::Model;
use crate::projection::read_models::{ReadModels, RebuildError, RebuildOptions, RebuildProgress, Rebuilt, StoreError};
use crate::store::pause::Pause;
use crate::store::{Generation, GenerationState, StateVerdict, Tables};

/// How often tables are tried to be dropped that the database is too busy for.
const TRIES: u32 = 5;

impl Run<'_> {
    /// Lets what was replayed serve.
    pub(super) async fn repair(
        self,
        progress: &mut (impl FnMut(VerifyProgress) + Send),
    ) -> Result<Verified, VerifyError> {
        let Self { read_models, model, options, filling, mut found, .. } = self;
        let built = Generation { state: GenerationState::Building, ..filling.worker.generation().clone() };
        let (name, before, rows, began_at) = (found.name, found.events, found.rows, filling.began_at);
        drop(filling);
        let shown = |come: RebuildProgress| {
            progress(VerifyProgress {
                name,
                step: VerifyStep::Repairing,
                position: come.position,
                to: come.head,
                events: before + come.events,
                rows,
                elapsed: began_at.elapsed(),
            });
        };
        let options = RebuildOptions { accept_parked: options.accept_parked };
        match serve(read_models, model, built, options, shown).await {
            Ok(repaired) => {
                found.repaired = Some(repaired.generation);
                Ok(found)
            }
            Err(source) => Err(VerifyError::Repair { found: Box::new(found), source: Box::new(source) }),
        }
    }

    /// Leaves nothing behind.
    pub(super) async fn leave(mut self) -> Verified {
        if let Err(error) = self.clean_up().await {
            // What was found is none the worse for it.
            self.left(&error);
        }
        self.found
    }

    /// Leaves the tables to the next one where the database failed, or another one is at it. Else they are of no more use: a
    /// program that is mended is not to be judged by the rows of this one.
    pub(super) async fn give_up(mut self, error: &VerifyError) {
        let goes_on = matches!(error, VerifyError::Store(_) | VerifyError::Running { .. });
        let given_up = if goes_on { self.filling.worker.release().await } else { self.clean_up().await };
        if let Err(error) = given_up {
            self.left(&error);
        }
    }

    /// Drops the tables, unless another one is at it.
    async fn clean_up(&mut self) -> Result<(), StoreError> {
        let (tables, key, mine) = (self.read_models.store.tables()?, self.filling.key.clone(), self.filling.id);
        let mut pause = Pause::default();
        for _ in 1..TRIES {
            let partitions = tables.checkpoints(&key.to_string()).await;
            let is_mine =
                partitions.map(|known| !known.iter().any(|known| known.is_alive && known.worker != Some(mine)));
            let ended = match is_mine {
                Ok(true) => tables.drop_generation(&key).await,
                Ok(false) => self.filling.worker.release().await,
                Err(error) => Err(error),
            };
            match ended {
                Err(error) if error.is_retryable() => pause.wait().await,
                ended => return ended,
            }
        }
        tables.drop_generation(&key).await
    }

    fn left(&self, error: &StoreError) {
        tracing::warn!(generation = %self.filling.key, %error, "the tables of a verification are left to the next one");
    }
}

/// Builds on what was replayed until it serves.
async fn serve(
    read_models: &ReadModels,
    model: &dyn Model,
    built: Generation,
    options: RebuildOptions,
    progress: impl FnMut(RebuildProgress) + Send,
) -> Result<Rebuilt, RebuildError> {
    let name = model.name();
    let failed = |error: StoreError| RebuildError::Engine { name, source: error.into() };
    let tables = read_models.store.tables().map_err(failed)?;
    match turned(tables, &built).await.map_err(failed)? {
        StateVerdict::Set => {}
        StateVerdict::Taken => {
            tables.drop_generation(&built.key).await.map_err(failed)?;
            return Err(RebuildError::BeingBuilt { name });
        }
        StateVerdict::Gone => return Err(RebuildError::Cancelled { name }),
    }
    let filling = Filling::begin(read_models, model, built).map_err(failed)?;
    filling.until_it_serves(options, progress).await
}

/// Lets what was replayed be built on.
async fn turned(tables: &dyn Tables, built: &Generation) -> Result<StateVerdict, StoreError> {
    let mut pause = Pause::default();
    loop {
        match tables.set_state(&built.key, GenerationState::Verifying, built.state).await {
            Err(error) if error.is_retryable() => pause.wait().await,
            Ok(StateVerdict::Gone) => {
                // It may have been done, and the answer was lost.
                let known = tables.generations(&built.key.projection).await?;
                let is_built = known.iter().any(|known| known.key == built.key && known.state == built.state);
                return Ok(if is_built { StateVerdict::Set } else { StateVerdict::Gone });
            }
            turned => return turned,
        }
    }
}
