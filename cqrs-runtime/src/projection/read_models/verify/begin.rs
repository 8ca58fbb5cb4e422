//! Making tables to replay into, or taking over those that another verification has left.

use std::sync::Arc;
use std::time::Instant;

use tokio::time::sleep;

use super::run::Run;
use super::{VerifyError, VerifyOptions};
use crate::projection::engine::{Replayed, goals};
use crate::projection::read_models::filling::{Filling, PAUSE, answered};
use crate::projection::read_models::model::Model;
use crate::projection::read_models::{ReadModels, RebuildError, StoreError};
use crate::store::{Generation, GenerationKey, GenerationState, Tables, WorkerId};

impl<'r> Run<'r> {
    /// Takes all partitions of tables to replay into.
    pub(super) async fn begin(
        read_models: &'r ReadModels,
        model: &'r Arc<dyn Model>,
        options: VerifyOptions,
    ) -> Result<Self, VerifyError> {
        let (name, model) = (model.name(), &**model);
        if model.rows().is_empty() {
            return Err(VerifyError::NoRows { name });
        }
        let tables = read_models.store.tables()?;
        let known = answered(name, || read_models.generations(model)).await?;
        let serving = known.into_iter().find(|known| known.state == GenerationState::Serving);
        let serving = serving.ok_or(VerifyError::NotServed { name })?;
        loop {
            let make = || read_models.create_of(model, GenerationState::Verifying, serving.partitions);
            let generation = answered(name, make).await?;
            let partitions = generation.partitions;
            let Some(filling) = alone(read_models, model, generation).await? else { continue };
            // Nobody but this one moves the replay from now on.
            let (come, served) = (filling.key.to_string(), serving.key.to_string());
            let come = answered(name, || tables.checkpoints(&come)).await?;
            let served = answered(name, || tables.checkpoints(&served)).await?;
            let goals = goals(served.iter().map(|known| &known.lease));
            let ahead = come.iter().any(|known| {
                let goal = goals.iter().find(|goal| goal.partition == known.lease.partition);
                known.lease.checkpoint > goal.map_or(0, |goal| goal.position)
            });
            if !ahead && partitions == serving.partitions {
                return Ok(Self::of(read_models, model, options, (serving, goals), filling));
            }
            // Somebody has gone back since it was left.
            answered(name, || tables.drop_generation(&filling.key)).await?;
        }
    }
}

/// A worker that has all partitions; `None` where the tables are gone.
async fn alone(
    read_models: &ReadModels,
    model: &dyn Model,
    generation: Generation,
) -> Result<Option<Filling>, VerifyError> {
    let (tables, key) = (read_models.store.tables()?, generation.key.clone());
    let (name, shared_as) = (model.name(), key.to_string());
    let mut waits_since = Instant::now();
    // Who is at it keeps it, and whose process was killed has it until the session ends.
    while answered(name, || tables.checkpoints(&shared_as)).await?.iter().any(|known| known.is_alive) {
        if waits_since.elapsed() > read_models.options.lease_time * 2 {
            return Err(VerifyError::Running { name });
        }
        sleep(PAUSE).await;
    }
    if !answered(name, || is_there(tables, &key)).await? {
        return Ok(None);
    }
    let mut filling = Filling::begin(read_models, model, generation)?;
    waits_since = Instant::now();
    loop {
        let taken = match filling.worker.step_to(&[]).await {
            Ok(Replayed::Done) => return Ok(Some(filling)),
            Ok(Replayed::Moved { .. }) => Ok(()),
            // Two have begun at once.
            Ok(Replayed::Waits) => make_way(read_models, &mut filling, waits_since).await,
            Err(error) => filling.recover(error, GenerationState::Verifying).await.map_err(|error| match error {
                RebuildError::Engine { name, source } => VerifyError::Engine { name, source: Box::new(source) },
                _ => VerifyError::Cancelled { name: filling.name },
            }),
        };
        match taken {
            Ok(()) => {}
            Err(VerifyError::Cancelled { .. }) => return Ok(None),
            Err(error) => {
                // What is not given up so, is when the session ends.
                let _ = filling.worker.release().await;
                return Err(error);
            }
        }
    }
}

/// Waits for the end of one that was killed; leaves the work to one that was there before this one and is alive.
pub(super) async fn make_way(
    read_models: &ReadModels,
    filling: &mut Filling,
    waits_since: Instant,
) -> Result<(), VerifyError> {
    let (name, key, id) = (filling.name, filling.key.clone(), filling.id);
    match others(read_models, &key, id).await {
        Ok((_, false)) => return Err(VerifyError::Cancelled { name }),
        Ok((before, true)) if before && waits_since.elapsed() > read_models.options.lease_time * 2 => {
            return Err(VerifyError::Running { name });
        }
        Err(error) if !error.is_retryable() => return Err(error.into()),
        _ => sleep(PAUSE).await,
    }
    Ok(())
}

/// Whether somebody who was there before has partitions, and whether the tables are there.
async fn others(read_models: &ReadModels, key: &GenerationKey, mine: WorkerId) -> Result<(bool, bool), StoreError> {
    let tables = read_models.store.tables()?;
    let partitions = tables.checkpoints(&key.to_string()).await?;
    let before = partitions.iter().any(|known| known.is_alive && known.worker.is_some_and(|worker| worker < mine));
    Ok((before, is_there(tables, key).await?))
}

async fn is_there(tables: &dyn Tables, key: &GenerationKey) -> Result<bool, StoreError> {
    Ok(tables.generations(&key.projection).await?.iter().any(|known| known.key == *key))
}
