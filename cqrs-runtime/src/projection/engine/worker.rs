//! One worker at one generation.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use chrono::Utc;
use futures_util::FutureExt;

use super::super::Projection;
use super::super::cache::Changes;
use super::super::fold::{Folder, Prepared};
use super::super::route::Routing;
use super::super::sequence::partition as partition_of;
use super::letters::{Letters, after_retry, letter};
use super::loader::Rows;
use super::page::{self, Page};
use super::{EngineError, EngineOptions};
use crate::event::RawEvent;
use crate::read_model::Table;
use crate::store::guard::message;
use crate::store::{
    Advance, AdvanceVerdict, BatchKind, EventQuery, EventStore, Generation, GenerationState, Lease, LetterChanges,
    LetterRequest, RowBatch, Session, StoreError, TableShape, TableWrite, WorkerId,
};

/// Projects the events of the partitions that it has into the tables of a generation.
pub(crate) struct Worker<M: Projection> {
    store: EventStore,
    generation: Generation,
    id: WorkerId,
    options: EngineOptions,
    routing: Routing<M>,
    folder: Folder<M>,
    shapes: Vec<(&'static str, TableShape)>,
    leases: Vec<Lease>,
    leased_at: Option<Instant>,
    letters: Letters,
    /// The position behind which nothing was found for this worker.
    scanned: u64,
    /// Whether the last step was a retry.
    retried: bool,
    /// The position of an event that only a newer program knows.
    outdated_at: Option<u64>,
}

/// What a step has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It has come this far, and there may be more to do at once.
    Moved {
        /// How many events were projected.
        events: u64,
        /// Whether it has seen all events that there were when it looked.
        caught_up: bool,
    },
    /// It has nothing to do until something is appended, or another worker gives partitions up.
    Idle,
}

impl<M: Projection> Worker<M> {
    pub(crate) fn new(
        store: EventStore,
        generation: Generation,
        id: WorkerId,
        options: EngineOptions,
    ) -> Result<Self, StoreError> {
        let numbers = store.tables()?.numbers();
        let tables = std::iter::once(M::TABLE).chain(M::lookups().into_iter().map(|lookup| lookup.table));
        let shapes = tables.map(|table| (table.name, table.shape(generation.key.table(table.name)))).collect();
        Ok(Self {
            store,
            generation,
            id,
            options,
            routing: Routing::new(),
            folder: Folder::new(numbers),
            shapes,
            leases: Vec::new(),
            leased_at: None,
            letters: Letters::default(),
            scanned: 0,
            retried: false,
            outdated_at: None,
        })
    }

    /// The position up to which all events of the worker's partitions were seen; `None` where it has no partition.
    pub(crate) fn position(&self) -> Option<u64> {
        let first = self.leases.iter().map(|lease| lease.checkpoint).min()?;
        Some(first.max(self.scanned))
    }

    /// How many partitions it has.
    pub(crate) fn partitions(&self) -> usize {
        self.leases.len()
    }

    /// Takes part in the sharing of partitions, retries dead letters that are due, or projects a batch.
    ///
    /// After an error, what is in memory is forgotten; the next step begins anew.
    pub(crate) async fn step(&mut self) -> Result<Progress, EngineError> {
        let step = AssertUnwindSafe(self.try_step()).catch_unwind().await;
        // What it was in the midst of is forgotten.
        let step = step.unwrap_or_else(|panic| Err(EngineError::Panicked { message: message(&*panic) }));
        if let Err(EngineError::NewerEvent { position, .. }) = step {
            // A newer program shall have the partitions.
            self.outdated_at = Some(position);
            self.release().await?;
        } else if step.is_err() {
            self.start_anew();
        }
        step
    }

    async fn try_step(&mut self) -> Result<Progress, EngineError> {
        if self.is_outdated().await? {
            return Ok(Progress::Idle);
        }
        self.take_leases().await?;
        let Some(after) = self.position() else { return Ok(Progress::Idle) };
        // By turns: what is parked does not hold up what is not.
        if !std::mem::replace(&mut self.retried, false)
            && let Some((sequence, request)) = self.letters.due(Utc::now())
        {
            self.retried = true;
            return self.retry(sequence, request).await;
        }
        let head = self.store.head().await?.position;
        if head <= after {
            return Ok(Progress::Idle);
        }
        let leases = (&*self.leases, self.generation.partitions);
        let page = page::read(&self.store, &self.routing, leases, after, &self.options).await?;
        self.project(page, head).await
    }

    /// Whether an event that this program does not know has yet to be projected, by a newer one.
    async fn is_outdated(&mut self) -> Result<bool, StoreError> {
        let Some(position) = self.outdated_at else { return Ok(false) };
        let checkpoints = self.store.tables()?.checkpoints(&self.generation.key.to_string()).await?;
        let passed = checkpoints.iter().all(|known| known.lease.checkpoint >= position);
        if passed {
            self.outdated_at = None;
        }
        Ok(!passed)
    }

    /// The generation that it fills.
    pub(crate) fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Takes note of what the generation is there for now.
    pub(crate) fn set_state(&mut self, state: GenerationState) {
        self.generation.state = state;
    }

    /// Moves the checkpoints to the end of what was seen, where nothing but events of others stood.
    pub(crate) async fn settle(&mut self) -> Result<(), EngineError> {
        let query = EventQuery::log().to_position(self.scanned).backwards().limit(1);
        let mut last = None;
        let mut take = |raw: RawEvent<'_>| {
            last = Some((raw.position, raw.event_id));
            ControlFlow::Break(())
        };
        self.store.backend().read(&query, &mut take).await?;
        let Some((position, event_id)) = last else { return Ok(()) };
        let behind = self.leases.iter().filter(|lease| lease.checkpoint < position);
        let steps: Vec<_> = behind.map(|lease| Advance { lease: *lease, position, event_id }).collect();
        if steps.is_empty() {
            return Ok(());
        }
        self.write(BatchKind::Forward, &steps, Vec::new(), LetterChanges::default()).await?;
        Ok(())
    }

    /// Gives all partitions up.
    pub(crate) async fn release(&mut self) -> Result<(), StoreError> {
        self.start_anew();
        self.store.tables()?.release(&self.generation.key.to_string(), self.id).await
    }

    /// Forgets what was known of the partitions, and of their rows.
    fn start_anew(&mut self) {
        self.folder.forget();
        self.leases.clear();
        self.leased_at = None;
        self.scanned = 0;
    }

    /// Asks for partitions, from time to time.
    async fn take_leases(&mut self) -> Result<(), StoreError> {
        let every = self.options.lease_time / 3;
        if self.leased_at.is_some_and(|at| at.elapsed() < every) {
            return Ok(());
        }
        if !self.is_filled().await? {
            self.start_anew();
            self.leased_at = Some(Instant::now());
            return Ok(());
        }
        let session = Session {
            name: self.generation.key.to_string(),
            worker: self.id,
            partitions: self.generation.partitions,
            lease_time: self.options.lease_time,
        };
        let asked_at = Instant::now();
        let leases = self.store.tables()?.acquire(&session).await?;
        if leases != self.leases {
            self.start_anew();
            self.leases = leases;
        }
        self.leased_at = Some(asked_at);
        let (leases, partitions) = (&self.leases, self.generation.partitions);
        let mine = |sequence: i64| {
            let partition = partition_of(sequence, partitions);
            leases.iter().any(|lease| lease.partition == partition)
        };
        let letters = self.store.tables()?.letters(&self.generation.key).await?;
        self.letters = Letters::of(letters.into_iter().filter(|letter| mine(letter.sequence)).collect());
        Ok(())
    }

    /// Whether the generation is still there, and not retired: else it has no partitions to ask for.
    async fn is_filled(&self) -> Result<bool, StoreError> {
        let Generation { key, .. } = &self.generation;
        let known = self.store.tables()?.generations(&key.projection).await?;
        Ok(known.iter().any(|known| known.key == *key && known.state != GenerationState::Retired))
    }

    async fn project(&mut self, page: Page<M>, head: u64) -> Result<Progress, EngineError> {
        let Page { events, last, full, stopped } = page;
        let Some((position, event_id)) = last else {
            if let Some(error) = stopped {
                return Err(error);
            }
            self.scanned = head;
            return Ok(Progress::Idle);
        };
        let mut parked = self.letters.parked();
        let mut rows = Rows { store: &self.store, shapes: &self.shapes };
        let folded = self.folder.fold(&events, &mut parked, &mut rows).await?;
        let now = Utc::now();
        let letters = folded.parked.iter().map(|(index, failed)| {
            letter(&events[*index], failed.as_ref(), u32::from(failed.is_some()), now, &self.options)
        });
        let letters = LetterChanges { parked: letters.collect(), settled: Vec::new() };
        let count = self.letters.len() + letters.parked.len();
        if !letters.parked.is_empty() && count > self.options.parked_events {
            return Err(EngineError::TooManyLetters { parked: count, limit: self.options.parked_events });
        }
        // A partition that lags behind the others catches up; one that is ahead waits.
        let steps: Vec<_> = self.leases.iter().filter(|lease| lease.checkpoint < position).collect();
        let steps: Vec<_> = steps.into_iter().map(|lease| Advance { lease: *lease, position, event_id }).collect();
        if !self.write(BatchKind::Forward, &steps, folded.changes, letters).await? {
            return Ok(Progress::Moved { events: 0, caught_up: false });
        }
        let caught_up = !full && stopped.is_none();
        self.scanned = if caught_up { head.max(position) } else { position };
        match stopped {
            Some(error) => Err(error),
            None => Ok(Progress::Moved { events: events.len() as u64, caught_up }),
        }
    }

    /// Tries the letters of a sequence again, in order, up to the first that fails.
    async fn retry(&mut self, sequence: i64, request: LetterRequest) -> Result<Progress, EngineError> {
        let Some(letters) = self.letters.sequences.get(&sequence) else { return Ok(Progress::Idle) };
        let discarded = usize::from(request == LetterRequest::Discard);
        let mut settled: Vec<u64> = letters.iter().take(discarded).map(|letter| letter.position).collect();
        let mut events = Vec::new();
        for letter in letters.iter().skip(discarded).take(self.options.batch_events.max(1)) {
            match self.event_at(letter.position).await? {
                Some(event) => events.push(event),
                // By now, the read model is not made of it.
                None => settled.push(letter.position),
            }
        }
        let mut rows = Rows { store: &self.store, shapes: &self.shapes };
        let folded = self.folder.fold(&events, &mut HashSet::new(), &mut rows).await?;
        let left: HashSet<usize> = folded.parked.iter().map(|(index, _)| *index).collect();
        let done = events.iter().enumerate().filter(|(index, _)| !left.contains(index));
        settled.extend(done.map(|(_, event)| event.position));
        let failed = folded.parked.iter().find_map(|(index, failed)| Some((events[*index].position, failed.as_ref()?)));
        let letters = after_retry(letters, settled, failed, Utc::now(), &self.options);
        let partition = partition_of(sequence, self.generation.partitions);
        let lease = self.leases.iter().filter(|lease| lease.partition == partition);
        let stays = |lease: &Lease| Advance { lease: *lease, position: lease.checkpoint, event_id: lease.event_id };
        let steps: Vec<_> = lease.map(stays).collect();
        self.write(BatchKind::Retry, &steps, folded.changes, letters).await?;
        // They were counted when they were parked.
        Ok(Progress::Moved { events: 0, caught_up: false })
    }

    async fn event_at(&self, position: u64) -> Result<Option<Prepared<M>>, StoreError> {
        let query = EventQuery::log().after_position(position - 1).to_position(position);
        let (mut found, routing) = (None, &self.routing);
        let mut take = |raw: RawEvent<'_>| {
            found = Prepared::of(&raw, routing);
            ControlFlow::Break(())
        };
        self.store.backend().read(&query, &mut take).await?;
        Ok(found)
    }

    /// Writes a batch; false where others have the partitions by now, and nothing was written.
    async fn write(
        &mut self,
        kind: BatchKind,
        steps: &[Advance],
        changes: Vec<(&'static Table, Changes)>,
        letters: LetterChanges,
    ) -> Result<bool, EngineError> {
        let shapes = &self.shapes;
        let tables: Vec<_> = changes
            .into_iter()
            .filter(|(_, changes)| changes.rows > 0)
            .filter_map(|(table, changes)| {
                let (_, shape) = shapes.iter().find(|(name, _)| *name == table.name)?;
                Some(TableWrite { table: shape, upserts: changes.upserts, deletes: changes.deletes })
            })
            .collect();
        let has_letters = letters != LetterChanges::default();
        let batch = RowBatch {
            generation: &self.generation.key,
            worker: self.id,
            steps,
            kind,
            partitions: self.generation.partitions,
            tables: &tables,
            letters,
        };
        match self.store.tables()?.write(&batch).await? {
            AdvanceVerdict::Advanced => {}
            AdvanceVerdict::NotForward { .. } => {
                return Err(EngineError::Checkpoint { position: steps.first().map_or(0, |step| step.position) });
            }
            AdvanceVerdict::LeaseLost | AdvanceVerdict::CheckpointMoved { .. } => {
                self.start_anew();
                return Ok(false);
            }
        }
        self.folder.committed(self.options.rows_in_memory);
        for lease in &mut self.leases {
            if let Some(step) = steps.iter().find(|step| step.lease.partition == lease.partition) {
                *lease = step.done();
            }
        }
        if has_letters {
            // What others have asked for meanwhile is read along with them.
            self.leased_at = None;
        }
        Ok(true)
    }
}
