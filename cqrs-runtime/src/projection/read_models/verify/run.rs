//! A verification under way.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Instant;

use tokio::time::sleep;
use uuid::Uuid;

use super::judge::Pair;
use super::report::{DifferenceKind, Verified};
use super::{VerifyError, VerifyOptions, VerifyProgress, VerifyStep};
use crate::event::RawEvent;
use crate::projection::engine::{Goal, Replayed, goals};
use crate::projection::read_models::filling::{Filling, PAUSE};
use crate::projection::read_models::model::Model;
use crate::projection::read_models::{ReadModels, RebuildError, StoreError};
use crate::read_model::Table;
use crate::store::{Compare, CompareRows, Compared, EventQuery, Generation, GenerationState, StateVerdict, TableShape};

/// What replays, and what it is compared with.
pub(super) struct Run<'r> {
    read_models: &'r ReadModels,
    model: &'r dyn Model,
    options: VerifyOptions,
    filling: Filling,
    serving: Generation,
    /// How far the replay is to come, and has come once it is compared.
    goals: Vec<Goal>,
    pub(super) found: Verified,
    /// The hash of the sequence of each difference that is told.
    sequences: Vec<i64>,
}

impl<'r> Run<'r> {
    /// Makes tables to replay into, or takes over those that another verification has left.
    pub(super) async fn begin(
        read_models: &'r ReadModels,
        model: &'r std::sync::Arc<dyn Model>,
        options: VerifyOptions,
    ) -> Result<Self, VerifyError> {
        let (name, model) = (model.table().name, &**model);
        let tables = read_models.store.tables()?;
        let known = read_models.generations(model).await?;
        let serving = known.into_iter().find(|known| known.state == GenerationState::Serving);
        let serving = serving.ok_or(VerifyError::NotServed { name })?;
        let leases: Vec<_> = tables.checkpoints(&serving.key.to_string()).await?;
        let goals = goals(leases.iter().map(|known| &known.lease));
        let mut generation = read_models.create_of(model, GenerationState::Verifying, serving.partitions).await?;
        let come = tables.checkpoints(&generation.key.to_string()).await?;
        let ahead = come.iter().any(|known| {
            let goal = goals.iter().find(|goal| goal.partition == known.lease.partition);
            known.lease.checkpoint > goal.map_or(0, |goal| goal.position)
        });
        if ahead || generation.partitions != serving.partitions {
            // Somebody has gone back since it was left.
            tables.drop_generation(&generation.key).await?;
            generation = read_models.create_of(model, GenerationState::Verifying, serving.partitions).await?;
        }
        let found = Verified {
            name,
            generation: serving.key.clone(),
            position: goals.iter().map(|goal| goal.position).min().unwrap_or(0),
            events: 0,
            rows: 0,
            differing: 0,
            missing: 0,
            surplus: 0,
            differences: Vec::new(),
            parked: Vec::new(),
            not_replayed: Vec::new(),
            discarded: Vec::new(),
            repaired: None,
        };
        let filling = Filling::begin(read_models, model, generation)?;
        Ok(Self { read_models, model, options, filling, serving, goals, found, sequences: Vec::new() })
    }

    /// Replays and compares all tables.
    pub(super) async fn run(&mut self, progress: &mut (impl FnMut(VerifyProgress) + Send)) -> Result<(), VerifyError> {
        self.replay(progress).await?;
        for table in self.model.tables() {
            let shape = table.shape(table.name.to_owned());
            let mut first = None;
            loop {
                let rows = CompareRows::Behind(first);
                let compared = self.compare(&shape, rows).await?;
                self.found.rows += compared.rows;
                let pairs = self.pairs(&compared)?;
                let (told, open): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|pair| self.is_told(pair, &compared));
                for pair in &told {
                    self.note(pair, table, &shape);
                }
                if !open.is_empty() {
                    self.look_again(table, &shape, &open, progress).await?;
                }
                progress(self.progress(VerifyStep::Comparing));
                first = compared.last;
                if first.is_none() {
                    break;
                }
            }
        }
        self.explain().await
    }

    /// Replays up to the goals.
    async fn replay(&mut self, progress: &mut (impl FnMut(VerifyProgress) + Send)) -> Result<(), VerifyError> {
        let began_at = Instant::now();
        // A log without events asks for nobody's work.
        while self.goals.iter().any(|goal| goal.position > 0) {
            match self.filling.worker.step_to(&self.goals).await {
                Ok(Replayed::Done) => break,
                Ok(Replayed::Moved { events }) => {
                    self.filling.events += events;
                    self.found.events += events;
                    progress(self.progress(VerifyStep::Replaying));
                }
                Ok(Replayed::Waits) => self.make_way(began_at).await?,
                Err(error) => {
                    let name = self.found.name;
                    self.filling.recover(error, GenerationState::Verifying).await.map_err(|error| match error {
                        RebuildError::Engine { source, .. } => VerifyError::Engine { name, source: Box::new(source) },
                        _ => VerifyError::Cancelled { name },
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Waits for the end of one that was killed; leaves the work to one that began before this one and is alive.
    async fn make_way(&mut self, began_at: Instant) -> Result<(), VerifyError> {
        let (name, mine) = (self.found.name, self.filling.id);
        let partitions = self.read_models.store.tables()?.checkpoints(&self.filling.key.to_string()).await?;
        let before = partitions.iter().any(|known| known.is_alive && known.worker.is_some_and(|worker| worker < mine));
        if before && began_at.elapsed() > self.read_models.options.lease_time * 2 {
            return Err(VerifyError::Running { name });
        }
        let known = self.read_models.store.tables()?.generations(name).await?;
        if !known.iter().any(|known| known.key == self.filling.key) {
            return Err(VerifyError::Cancelled { name });
        }
        sleep(PAUSE).await;
        Ok(())
    }

    async fn compare(&mut self, shape: &TableShape, rows: CompareRows) -> Result<Compared, VerifyError> {
        let (serving, verifying) = (&self.serving.key, &self.filling.key);
        let compare = Compare { serving, verifying, table: shape, rows };
        match self.read_models.store.tables()?.compare(&compare).await {
            Ok(compared) if compared.serves => Ok(compared),
            Ok(_) => Err(VerifyError::Replaced { name: self.found.name }),
            Err(StoreError::Missing(_)) => Err(VerifyError::Cancelled { name: self.found.name }),
            Err(error) => Err(error.into()),
        }
    }

    fn pairs(&self, compared: &Compared) -> Result<Vec<Pair>, VerifyError> {
        let name = self.found.name;
        serde_json::from_str(&compared.pairs).map_err(|source| VerifyError::Unreadable { name, source })
    }

    fn is_told(&self, pair: &Pair, compared: &Compared) -> bool {
        let served = |partition| {
            let found = compared.positions.iter().find(|(of, _)| *of == partition);
            found.map_or(0, |(_, position)| *position)
        };
        let replayed = |partition| {
            let found = self.goals.iter().find(|goal| goal.partition == partition);
            found.map_or(0, |goal| goal.position)
        };
        pair.is_told(self.serving.partitions, replayed, served)
    }

    /// Looks once more at rows that have changed since the checkpoints to which the replay has come: as they are at one
    /// moment, to whose checkpoints it comes now.
    async fn look_again(
        &mut self,
        table: &'static Table,
        shape: &TableShape,
        open: &[Pair],
        progress: &mut (impl FnMut(VerifyProgress) + Send),
    ) -> Result<(), VerifyError> {
        let keys: Vec<_> = open.iter().map(|pair| &pair.key).collect();
        let keys =
            serde_json::to_string(&keys).map_err(|source| VerifyError::Unreadable { name: self.found.name, source })?;
        let moment = self.compare(shape, CompareRows::Keys(keys.clone())).await?;
        self.goals = self.goals_at(&moment.positions).await?;
        self.replay(progress).await?;
        let replayed = self.compare(shape, CompareRows::Keys(keys)).await?;
        let of_key = |pair: Pair| (serde_json::Value::from(pair.key.clone()).to_string(), pair);
        let mut stored: HashMap<_, _> = self.pairs(&moment)?.into_iter().map(of_key).collect();
        let mut expected: HashMap<_, _> = self.pairs(&replayed)?.into_iter().map(of_key).collect();
        for (key, pair) in open.iter().cloned().map(of_key) {
            let stored = stored.remove(&key).map_or_else(|| pair.stored.none(), |pair| pair.stored);
            let expected = expected.remove(&key).map_or_else(|| pair.expected.none(), |pair| pair.expected);
            self.note(&Pair { key: pair.key, stored, expected }, table, shape);
        }
        Ok(())
    }

    /// The goals of partitions that stand at positions.
    async fn goals_at(&mut self, positions: &[(u32, u64)]) -> Result<Vec<Goal>, StoreError> {
        let mut goals = Vec::new();
        for (partition, position) in positions.iter().copied() {
            let known = self.goals.iter().find(|goal| goal.position == position);
            let event_id = match known {
                Some(goal) => goal.event_id,
                None => self.event_id(position).await?,
            };
            goals.push(Goal { partition, position, event_id });
        }
        Ok(goals)
    }

    async fn event_id(&mut self, position: u64) -> Result<Uuid, StoreError> {
        let query = EventQuery::log().to_position(position).backwards().limit(1);
        let mut found = Uuid::nil();
        let mut take = |raw: RawEvent<'_>| {
            found = raw.event_id;
            ControlFlow::Break(())
        };
        self.read_models.store.backend().read(&query, &mut take).await?;
        Ok(found)
    }

    fn note(&mut self, pair: &Pair, table: &'static Table, shape: &TableShape) {
        let Some(difference) = pair.difference(table.name, shape) else { return };
        match difference.kind {
            DifferenceKind::Differs => self.found.differing += 1,
            DifferenceKind::Missing => self.found.missing += 1,
            DifferenceKind::Surplus => self.found.surplus += 1,
        }
        if self.found.differences.len() < self.options.differences {
            self.sequences.push(pair.sequence());
            self.found.differences.push(difference);
        }
    }

    /// What is parked or left out may be why rows differ.
    async fn explain(&mut self) -> Result<(), VerifyError> {
        let tables = self.read_models.store.tables()?;
        let parked = tables.letters(&self.serving.key).await?;
        let not_replayed = tables.letters(&self.filling.key).await?;
        let discarded = tables.discards(self.found.name).await?;
        for (difference, sequence) in self.found.differences.iter_mut().zip(&self.sequences) {
            let positions = parked.iter().chain(&not_replayed).filter(|letter| letter.sequence == *sequence);
            let mut positions: Vec<_> = positions.map(|letter| letter.position).collect();
            positions.sort_unstable();
            positions.dedup();
            difference.parked = positions.len();
        }
        (self.found.parked, self.found.not_replayed, self.found.discarded) = (parked, not_replayed, discarded);
        Ok(())
    }

    fn progress(&self, step: VerifyStep) -> VerifyProgress {
        let to = self.goals.iter().map(|goal| goal.position).max().unwrap_or(0);
        let position = match step {
            VerifyStep::Replaying => self.filling.worker.position().unwrap_or(0).min(to),
            VerifyStep::Comparing => to,
        };
        let (name, events, rows) = (self.found.name, self.found.events, self.found.rows);
        VerifyProgress { name, step, position, to, events, rows, elapsed: self.filling.began_at.elapsed() }
    }

    /// Turns what was replayed to what is being built, so that it can serve.
    pub(super) async fn into_building(self) -> Result<(Verified, Filling), VerifyError> {
        let Self { read_models, model, filling, found, .. } = self;
        let (tables, name, key) = (read_models.store.tables()?, found.name, filling.key.clone());
        let (from, to) = (GenerationState::Verifying, GenerationState::Building);
        match tables.set_state(&key, from, to).await? {
            StateVerdict::Set => {}
            StateVerdict::Taken => {
                tables.drop_generation(&key).await?;
                let source = Box::new(RebuildError::BeingBuilt { name });
                return Err(VerifyError::Repair { found: Box::new(found), source });
            }
            StateVerdict::Gone => return Err(VerifyError::Cancelled { name }),
        }
        let built = tables.generations(name).await?.into_iter().find(|known| known.key == key);
        let built = built.ok_or(VerifyError::Cancelled { name })?;
        Ok((found, Filling::begin(read_models, model, built)?))
    }

    /// Leaves nothing behind.
    pub(super) async fn leave(mut self) -> Result<Verified, VerifyError> {
        let (tables, key, mine) = (self.read_models.store.tables()?, self.filling.key.clone(), self.filling.id);
        let partitions = tables.checkpoints(&key.to_string()).await?;
        if partitions.iter().any(|known| known.is_alive && known.worker != Some(mine)) {
            // Another one is at it.
            self.filling.worker.release().await?;
        } else {
            tables.drop_generation(&key).await?;
        }
        Ok(self.found)
    }
}
