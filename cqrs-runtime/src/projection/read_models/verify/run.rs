//! A verification under way.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use uuid::Uuid;

use super::begin::make_way;
use super::judge::Pair;
use super::report::{DifferenceKind, Verified};
use super::{VerifyError, VerifyOptions, VerifyProgress, VerifyStep};
use crate::projection::engine::{EngineError, Goal, Replayed};
use crate::projection::read_models::filling::Filling;
use crate::projection::read_models::model::Model;
use crate::projection::read_models::{ReadModels, RebuildError, StoreError};
use crate::read_model::Table;
use crate::store::{
    Compare, CompareRows, Compared, DeadLetter, Discard, Generation, GenerationState, LoneLetter, TableShape,
};

/// What replays, and what it is compared with.
pub(super) struct Run<'r> {
    pub(super) read_models: &'r ReadModels,
    pub(super) model: &'r dyn Model,
    pub(super) options: VerifyOptions,
    pub(super) filling: Filling,
    pub(super) serving: Generation,
    /// How far the replay is to come, and has come once it is compared.
    pub(super) goals: Vec<Goal>,
    pub(super) found: Verified,
    /// Of each difference that is told, the hash of the sequence, and the positions of its events that were parked in what
    /// serves alone.
    told: Vec<(i64, Vec<u64>)>,
    /// What is parked in the replay alone, and was tried again.
    tried: HashSet<LoneLetter>,
    /// How many rows are compared at once.
    at_once: u32,
}

impl<'r> Run<'r> {
    /// What is to replay up to goals, by a worker that has all partitions.
    pub(super) fn of(
        read_models: &'r ReadModels,
        model: &'r dyn Model,
        options: VerifyOptions,
        (serving, goals): (Generation, Vec<Goal>),
        filling: Filling,
    ) -> Self {
        let found = Verified {
            name: filling.name,
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
        let (told, tried, at_once) = (Vec::new(), HashSet::new(), Compare::ROWS);
        Self { read_models, model, options, filling, serving, goals, found, told, tried, at_once }
    }

    /// Replays and compares all tables.
    pub(super) async fn run(&mut self, progress: &mut (impl FnMut(VerifyProgress) + Send)) -> Result<(), VerifyError> {
        self.replay(progress).await?;
        for &table in self.model.rows() {
            let shape = table.shape(table.name.to_owned());
            let mut first = None;
            loop {
                let rows = CompareRows::Behind(first);
                let compared = self.compare(&shape, rows).await?;
                self.found.rows += compared.rows;
                let pairs = self.pairs(&compared)?;
                let (told, open): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|pair| self.is_told(pair, &compared));
                for pair in &told {
                    self.note(pair, table, &shape, &compared.letters);
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
        let mut waits_since = None;
        // A log without events asks for nobody's work.
        while self.goals.iter().any(|goal| goal.position > 0) {
            match self.filling.worker.step_to(&self.goals).await {
                Ok(Replayed::Done) => break,
                Ok(Replayed::Moved { events }) => {
                    waits_since = None;
                    self.filling.events += events;
                    self.found.events += events;
                    progress(self.progress(VerifyStep::Replaying));
                }
                Ok(Replayed::Waits) => {
                    make_way(self.read_models, &mut self.filling, *waits_since.get_or_insert_with(Instant::now))
                        .await?;
                }
                Err(error) => self.recover(error).await?,
            }
        }
        Ok(())
    }

    /// Tries again what is parked in the replay, and no longer in what serves: it was tried there with success since, or left
    /// out for good, as it is here where it fails once more.
    async fn try_again(
        &mut self,
        mut letters: Vec<LoneLetter>,
        progress: &mut (impl FnMut(VerifyProgress) + Send),
    ) -> Result<(), VerifyError> {
        letters.sort_unstable_by_key(|letter| letter.position);
        let mut sequences = HashSet::new();
        for letter in letters {
            self.tried.insert(letter);
            if sequences.insert(letter.sequence) {
                self.try_sequence(letter.sequence).await?;
            }
        }
        self.replay(progress).await
    }

    async fn try_sequence(&mut self, sequence: i64) -> Result<(), VerifyError> {
        let began_at = Instant::now();
        loop {
            match self.filling.worker.try_again(sequence).await {
                Ok(Replayed::Waits) => make_way(self.read_models, &mut self.filling, began_at).await?,
                Ok(_) => return Ok(()),
                Err(error) => self.recover(error).await?,
            }
        }
    }

    /// Goes on after an error, if that may help.
    pub(super) async fn recover(&mut self, error: EngineError) -> Result<(), VerifyError> {
        let name = self.found.name;
        self.filling.recover(error, GenerationState::Verifying).await.map_err(|error| match error {
            RebuildError::Engine { source: EngineError::Store(error), .. } => VerifyError::Store(error),
            RebuildError::Engine { source, .. } => VerifyError::Engine { name, source: Box::new(source) },
            _ => VerifyError::Cancelled { name },
        })
    }

    async fn compare(&mut self, shape: &TableShape, rows: CompareRows) -> Result<Compared, VerifyError> {
        let compared = loop {
            let (serving, verifying, rows) = (&self.serving.key, &self.filling.key, rows.clone());
            let compare = Compare { serving, verifying, table: shape, rows, at_once: self.at_once };
            match self.read_models.store.tables()?.compare(&compare).await {
                Ok(compared) => break compared,
                Err(StoreError::Missing(_)) => return Err(VerifyError::Cancelled { name: self.found.name }),
                Err(error) => self.recover(error.into()).await?,
            }
        };
        self.at_once = compared.at_once.saturating_mul(2).min(Compare::ROWS);
        if compared.serves { Ok(compared) } else { Err(VerifyError::Replaced { name: self.found.name }) }
    }

    fn pairs(&self, compared: &Compared) -> Result<Vec<Pair>, VerifyError> {
        let name = self.found.name;
        serde_json::from_str(&compared.pairs).map_err(|source| VerifyError::Unreadable { name, source })
    }

    fn is_told(&self, pair: &Pair, compared: &Compared) -> bool {
        let served = |partition| {
            let found = compared.positions.iter().find(|(of, ..)| *of == partition);
            found.map_or(0, |(_, position, _)| *position)
        };
        let replayed = |partition| {
            let found = self.goals.iter().find(|goal| goal.partition == partition);
            found.map_or(0, |goal| goal.position)
        };
        let sequence = pair.sequence();
        pair.is_told(self.serving.partitions, replayed, served)
            && !self.untried(compared).any(|letter| letter.sequence == sequence)
    }

    /// What is parked in the replay alone, and was not tried again yet.
    fn untried<'c>(&'c self, compared: &'c Compared) -> impl Iterator<Item = &'c LoneLetter> {
        compared.letters.iter().filter(|letter| !letter.is_served && !self.tried.contains(letter))
    }

    /// Looks once more at rows that have changed since the checkpoints to which the replay has come, or of which events were
    /// parked then: as they are at one moment, to whose checkpoints it comes now.
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
        let moment = loop {
            let moment = self.compare(shape, CompareRows::Keys(keys.clone())).await?;
            let untried: Vec<_> = self.untried(&moment).copied().collect();
            if untried.is_empty() {
                break moment;
            }
            self.try_again(untried, progress).await?;
        };
        let goal = |(partition, position, event_id): &(u32, u64, Uuid)| Goal {
            partition: *partition,
            position: *position,
            event_id: *event_id,
        };
        self.goals = moment.positions.iter().map(goal).collect();
        self.replay(progress).await?;
        let replayed = self.compare(shape, CompareRows::Keys(keys)).await?;
        let of_key = |pair: Pair| (serde_json::Value::from(pair.key.clone()).to_string(), pair);
        let mut stored: HashMap<_, _> = self.pairs(&moment)?.into_iter().map(of_key).collect();
        let mut expected: HashMap<_, _> = self.pairs(&replayed)?.into_iter().map(of_key).collect();
        for (key, pair) in open.iter().cloned().map(of_key) {
            let stored = stored.remove(&key).map_or_else(|| pair.stored.none(), |pair| pair.stored);
            let expected = expected.remove(&key).map_or_else(|| pair.expected.none(), |pair| pair.expected);
            self.note(&Pair { key: pair.key, stored, expected }, table, shape, &moment.letters);
        }
        Ok(())
    }

    fn note(&mut self, pair: &Pair, table: &'static Table, shape: &TableShape, letters: &[LoneLetter]) {
        let Some(difference) = pair.difference(table.name, shape) else { return };
        match difference.kind {
            DifferenceKind::Differs => self.found.differing += 1,
            DifferenceKind::Missing => self.found.missing += 1,
            DifferenceKind::Surplus => self.found.surplus += 1,
        }
        if self.found.differences.len() < self.options.differences {
            let sequence = pair.sequence();
            let served = letters.iter().filter(|letter| letter.is_served && letter.sequence == sequence);
            self.told.push((sequence, served.map(|letter| letter.position).collect()));
            self.found.differences.push(difference);
        }
    }

    /// What is parked or left out may be why rows differ.
    async fn explain(&mut self) -> Result<(), VerifyError> {
        let (parked, not_replayed, discarded) = loop {
            match self.letters().await {
                Ok(letters) => break letters,
                Err(error) => self.recover(error.into()).await?,
            }
        };
        for (difference, (sequence, served)) in self.found.differences.iter_mut().zip(&self.told) {
            let replayed = not_replayed.iter().filter(|letter| letter.sequence == *sequence);
            let positions: HashSet<u64> =
                replayed.map(|letter| letter.position).chain(served.iter().copied()).collect();
            difference.parked = positions.len();
        }
        (self.found.parked, self.found.not_replayed, self.found.discarded) = (parked, not_replayed, discarded);
        Ok(())
    }

    /// What is parked in what serves, and in the replay, and what was left out for good.
    async fn letters(&mut self) -> Result<(Vec<DeadLetter>, Vec<DeadLetter>, Vec<Discard>), StoreError> {
        let tables = self.read_models.store.tables()?;
        let (served, replayed) = (tables.letters(&self.serving.key).await?, tables.letters(&self.filling.key).await?);
        Ok((served, replayed, tables.discards(self.found.name).await?))
    }

    fn progress(&self, step: VerifyStep) -> VerifyProgress {
        let to = self.goals.iter().map(|goal| goal.position).max().unwrap_or(0);
        let position = match step {
            VerifyStep::Replaying => self.filling.worker.position().unwrap_or(0).min(to),
            VerifyStep::Comparing | VerifyStep::Repairing => to,
        };
        let (name, events, rows) = (self.found.name, self.found.events, self.found.rows);
        VerifyProgress { name, step, position, to, events, rows, elapsed: self.filling.began_at.elapsed() }
    }
}
