//! One worker at one generation.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use chrono::Utc;
use futures_util::FutureExt;
use uuid::Uuid;

use super::super::PartitionBy;
use super::super::route::Routing;
use super::super::target::{Sink, Target};
use super::letters::Letters;
use super::page::Reader;
use super::sharing::Away;
use super::size::Size;
use super::{EngineError, EngineOptions};
use crate::event::RawEvent;
use crate::store::guard::message;
use crate::store::{
    Advance, AdvanceVerdict, BatchKind, Changed, EventQuery, EventStore, Generation, GenerationState, Lease,
    LetterChanges, Placing, RowBatch, StoreError, Unstorable, WorkerId,
};

/// Projects the events of the partitions that it has into the tables of a generation.
pub(crate) struct Worker<T: Target> {
    pub(super) store: EventStore,
    pub(super) generation: Generation,
    pub(super) id: WorkerId,
    pub(super) options: EngineOptions,
    pub(super) routing: Routing<T>,
    pub(super) sink: T::Sink,
    pub(super) leases: Vec<Lease>,
    pub(super) leased_at: Option<Instant>,
    pub(super) letters_at: Option<Instant>,
    pub(super) letters: Letters,
    /// The position behind which nothing was found for this worker.
    pub(super) scanned: u64,
    /// Whether the last step was a retry.
    pub(super) retried: bool,
    /// What batches are held to that go forward, and those of letters that are tried again.
    pub(super) sizes: (Size, Size),
    /// The event that the database can't hold, and why.
    pub(super) unstorable: Option<(u64, Unstorable)>,
    /// Whether a newer program shall have the partitions.
    pub(super) away: Option<Away>,
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
    /// It leaves the work to another program.
    Away,
}

impl Progress {
    /// Whether what has failed before has gone well by now: it projects, or has nothing left to project. A retry, or that
    /// it stays away, says nothing of that.
    pub(crate) fn is_over_errors(self) -> bool {
        match self {
            // Where nothing was projected, it may have letters left to try; else the next step is idle.
            Self::Moved { events, .. } => events > 0,
            Self::Idle => true,
            Self::Away => false,
        }
    }
}

impl<T: Target> Worker<T> {
    pub(crate) fn new(
        store: EventStore,
        generation: Generation,
        id: WorkerId,
        options: EngineOptions,
    ) -> Result<Self, StoreError> {
        let sink = T::Sink::new(store.tables()?.numbers(), &generation);
        Ok(Self {
            store,
            generation,
            id,
            options,
            routing: Routing::new(),
            sink,
            leases: Vec::new(),
            leased_at: None,
            letters_at: None,
            letters: Letters::default(),
            scanned: 0,
            retried: false,
            sizes: Default::default(),
            unstorable: None,
            away: None,
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
        if matches!(step, Err(EngineError::Store(StoreError::Missing(_))))
            && matches!(self.is_filled().await, Ok(false))
        {
            // Its generation was dropped in the midst of it.
            self.start_anew();
            return Ok(Progress::Idle);
        }
        if let Err(EngineError::NewerEvent { position, .. } | EngineError::KnownElsewhere { position, .. }) = step {
            self.leave(position);
            // At once, if that can be; else it is tried again.
            let _ = self.is_away().await;
        } else if step.is_err() {
            self.start_anew();
        }
        step
    }

    async fn try_step(&mut self) -> Result<Progress, EngineError> {
        if self.is_away().await? {
            return Ok(Progress::Away);
        }
        self.take_leases().await?;
        self.take_letters().await?;
        let Some(after) = self.position() else { return Ok(Progress::Idle) };
        // By turns: what is parked does not hold up what is not.
        if !std::mem::replace(&mut self.retried, false)
            && let Some((sequence, request)) = self.letters.due(Utc::now())
        {
            self.retried = true;
            return self.retry(sequence, request).await;
        }
        let progress = self.go_on(after).await?;
        // It goes on with what is due in its next turn.
        let more = progress == Progress::Idle && self.letters.due(Utc::now()).is_some();
        Ok(if more { Progress::Moved { events: 0, caught_up: true } } else { progress })
    }

    /// Projects what has been appended.
    async fn go_on(&mut self, after: u64) -> Result<Progress, EngineError> {
        let head = self.store.head().await?.position;
        if head <= after {
            return Ok(Progress::Idle);
        }
        let page = self.reader(None).page(after).await?;
        if page.waits {
            // Its owner may have parked by now what is waited for.
            self.letters_at = None;
        }
        self.project(page, head).await
    }

    /// Reads pages of events, up to a position where there is one.
    pub(super) fn reader(&self, to: Option<u64>) -> Reader<'_, T> {
        Reader {
            store: &self.store,
            routing: &self.routing,
            leases: &self.leases,
            partitions: self.generation.partitions,
            letters: &self.letters,
            to,
            limit: self.limit(BatchKind::Forward),
        }
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
        match self.store.backend().read(&query, &mut take).await {
            Err(StoreError::CorruptEvent { position, .. }) => last = Some((position, Uuid::nil())),
            read => read?,
        }
        let Some((position, event_id)) = last else { return Ok(()) };
        let behind = self.leases.iter().filter(|lease| lease.checkpoint < position);
        let steps: Vec<_> = behind.map(|lease| Advance { lease: *lease, position, event_id }).collect();
        if steps.is_empty() {
            return Ok(());
        }
        self.write(BatchKind::Forward, &steps, LetterChanges::default(), None).await?;
        Ok(())
    }

    /// What must be so of events that other programs may place elsewhere, where the partition is told by a field of theirs.
    fn placing(&self, kind: BatchKind, steps: &[Advance], parks: Option<u64>) -> Option<Placing> {
        let is_told_by_field = matches!(T::PARTITION, PartitionBy::Field(_));
        if !is_told_by_field || kind == BatchKind::Retry || self.generation.state == GenerationState::Verifying {
            return None;
        }
        let after = steps.iter().map(|step| step.lease.checkpoint).min()?;
        let to = steps.iter().map(|step| step.position).max()?;
        Some(Placing { known: self.letters.unknown_between(after, to), parks })
    }

    /// Writes what was folded, and letters, of which the first at `parks` is of an event of which it can't tell the sequence,
    /// though another program may; false where others have the partitions by now, and nothing was written.
    pub(super) async fn write(
        &mut self,
        kind: BatchKind,
        steps: &[Advance],
        letters: LetterChanges,
        parks: Option<u64>,
    ) -> Result<bool, EngineError> {
        let placing = self.placing(kind, steps, parks);
        let has_letters = letters != LetterChanges::default();
        let batch = RowBatch {
            generation: &self.generation.key,
            worker: self.id,
            steps,
            kind,
            partitions: self.generation.partitions,
            changed: Changed::Nothing,
            tables: &[],
            letters,
            placing,
        };
        let (verdict, changed) = self.sink.write(&self.store, batch).await?;
        match verdict {
            AdvanceVerdict::Advanced => {}
            AdvanceVerdict::NotForward { .. } => {
                return Err(EngineError::Checkpoint { position: steps.first().map_or(0, |step| step.position) });
            }
            AdvanceVerdict::LeaseLost | AdvanceVerdict::CheckpointMoved { .. } => {
                self.start_anew();
                return Ok(false);
            }
        }
        if changed && self.generation.state == GenerationState::Serving {
            self.store.changed_rows(&self.generation.key.projection, &self.generation.fingerprint);
        }
        self.sink.committed(self.options.rows_in_memory);
        for lease in &mut self.leases {
            if let Some(step) = steps.iter().find(|step| step.lease.partition == lease.partition) {
                *lease = step.done();
            }
        }
        if has_letters {
            // What others have asked for meanwhile is read along with them.
            self.letters_at = None;
        }
        Ok(true)
    }
}
