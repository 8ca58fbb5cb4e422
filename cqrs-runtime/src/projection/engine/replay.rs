//! Projecting up to given positions, and no further.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use uuid::Uuid;

use super::super::target::Target;
use super::EngineError;
use super::page::Page;
use super::worker::Worker;
use crate::store::guard::message;
use crate::store::{Advance, Lease, LetterRequest};

/// What a panic has left.
type Panic = Box<dyn Any + Send>;

/// How far a partition is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    pub(crate) partition: u32,
    pub(crate) position: u64,
    /// The id of the event there.
    pub(crate) event_id: Uuid,
}

/// What a step towards goals has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replayed {
    /// So many events were projected, and there may be more to do.
    Moved { events: u64 },
    /// All partitions are where they were to come.
    Done,
    /// Another worker has partitions.
    Waits,
}

impl<T: Target> Worker<T> {
    /// A step towards a goal of each partition, where all of them are this worker's.
    ///
    /// After an error, what is in memory is forgotten; the next step begins anew.
    pub(crate) async fn step_to(&mut self, goals: &[Goal]) -> Result<Replayed, EngineError> {
        let step = AssertUnwindSafe(self.try_step_to(goals)).catch_unwind().await;
        self.taken(step)
    }

    /// Tries the letters of a sequence again, if there are any: what follows from it is left to the next steps.
    pub(crate) async fn try_again(&mut self, sequence: i64) -> Result<Replayed, EngineError> {
        let step = AssertUnwindSafe(self.retry_alone(sequence)).catch_unwind().await;
        self.taken(step)
    }

    /// What a step has come to; after an error, what it was in the midst of is forgotten.
    fn taken(&mut self, step: Result<Result<Replayed, EngineError>, Panic>) -> Result<Replayed, EngineError> {
        let step = step.unwrap_or_else(|panic| Err(EngineError::Panicked { message: message(&*panic) }));
        if step.is_err() {
            self.start_anew();
        }
        step
    }

    /// Whether all partitions are its own; then it knows all letters.
    async fn has_taken_all(&mut self) -> Result<bool, EngineError> {
        self.take_leases().await?;
        let all = u32::try_from(self.leases.len()) == Ok(self.generation.partitions);
        if all {
            self.take_letters().await?;
        }
        Ok(all)
    }

    async fn retry_alone(&mut self, sequence: i64) -> Result<Replayed, EngineError> {
        // In the order of the log, one may have become free by those before it.
        self.letters_at = None;
        if !self.has_taken_all().await? {
            return Ok(Replayed::Waits);
        }
        if !self.letters.free(sequence).is_empty() {
            self.retry(sequence, LetterRequest::Retry).await?;
        }
        // Where the partitions were lost meanwhile, nothing has been tried.
        Ok(if self.leases.is_empty() { Replayed::Waits } else { Replayed::Moved { events: 0 } })
    }

    async fn try_step_to(&mut self, goals: &[Goal]) -> Result<Replayed, EngineError> {
        if !self.has_taken_all().await? {
            return Ok(Replayed::Waits);
        }
        let partitions = self.generation.partitions;
        // What was left out for good before is left out here.
        if let Some((sequence, request)) = self.letters.outstanding() {
            self.retry(sequence, request).await?;
            return Ok(Replayed::Moved { events: 0 });
        }
        let goal = |partition: u32| goals.iter().find(|goal| goal.partition == partition);
        let behind = |lease: &&Lease| goal(lease.partition).is_some_and(|goal| lease.checkpoint < goal.position);
        let Some(after) = self.leases.iter().filter(behind).map(|lease| lease.checkpoint).min() else {
            return Ok(Replayed::Done);
        };
        let to = goals.iter().map(|goal| goal.position).max();
        // All partitions are its own, and so is each event: there is nobody to wait for.
        let Page { mut events, last, full, stopped, .. } = self.reader(to).page(after).await?;
        events.retain(|event| {
            goal(event.sequence.partition(partitions)).is_some_and(|goal| event.position <= goal.position)
        });
        // At its end, the page is as good as one that has come to all goals.
        let come = last.filter(|_| full || stopped.is_some());
        let steps = self.leases.iter().filter_map(|lease| {
            let goal = goal(lease.partition).filter(|goal| lease.checkpoint < goal.position)?;
            let (position, event_id) = match come {
                Some(come) if come.0 < goal.position => come,
                None if stopped.is_some() => return None,
                _ => (goal.position, goal.event_id),
            };
            (lease.checkpoint < position).then_some(Advance { lease: *lease, position, event_id })
        });
        let steps: Vec<_> = steps.collect();
        let count = events.len() as u64;
        if !steps.is_empty() && !self.apply(&mut events, &steps).await? {
            return Ok(Replayed::Moved { events: 0 });
        }
        match stopped {
            Some(error) => Err(error),
            None => Ok(Replayed::Moved { events: count }),
        }
    }
}

/// The goals of partitions that have come so far each.
pub(crate) fn goals<'l>(leases: impl IntoIterator<Item = &'l Lease>) -> Vec<Goal> {
    let goal =
        |lease: &Lease| Goal { partition: lease.partition, position: lease.checkpoint, event_id: lease.event_id };
    leases.into_iter().map(goal).collect()
}
