//! Projecting a page of events.

use chrono::Utc;

use super::super::fold::{Failure, Prepared};
use super::super::target::{Sink, Target};
use super::EngineError;
use super::letters::letter;
use super::page::Page;
use super::worker::{Progress, Worker};
use crate::store::{Advance, BatchKind, LetterChanges};

impl<T: Target> Worker<T> {
    /// Projects what was read, and moves the checkpoints behind it.
    pub(super) async fn project(&mut self, page: Page<T>, head: u64) -> Result<Progress, EngineError> {
        let Page { mut events, last, full, stopped, waits } = page;
        let Some((position, event_id)) = last else {
            if let Some(error) = stopped {
                return Err(error);
            }
            if !waits {
                self.scanned = head;
            }
            return Ok(Progress::Idle);
        };
        // A partition that lags behind the others catches up; one that is ahead waits.
        let behind = self.leases.iter().filter(|lease| lease.checkpoint < position);
        let steps: Vec<_> = behind.map(|lease| Advance { lease: *lease, position, event_id }).collect();
        let count = events.len() as u64;
        if !self.apply(&mut events, &steps).await? {
            return Ok(Progress::Moved { events: 0, caught_up: false });
        }
        let caught_up = !full && !waits && stopped.is_none();
        self.scanned = if caught_up { head.max(position) } else { position };
        match stopped {
            Some(error) => Err(error),
            None => Ok(Progress::Moved { events: count, caught_up }),
        }
    }

    /// Projects events and moves the checkpoints; false where nothing was written, as others have the partitions by now, or
    /// fewer are to be written at once.
    pub(super) async fn apply(&mut self, events: &mut [Prepared<T>], steps: &[Advance]) -> Result<bool, EngineError> {
        self.give_up(events);
        match self.project_batch(events, steps).await {
            Ok(true) => {
                self.grow(BatchKind::Forward, events);
                Ok(true)
            }
            Ok(false) => Ok(false),
            Err(error) => {
                self.unstorable = self.shrink(BatchKind::Forward, error, events)?;
                Ok(false)
            }
        }
    }

    /// Lets the event fail that the database can't hold, if it is among these.
    pub(super) fn give_up(&mut self, events: &mut [Prepared<T>]) {
        let unstorable = self.unstorable.as_ref().map(|(position, _)| *position);
        let Some(event) = events.iter_mut().find(|event| Some(event.position) == unstorable) else { return };
        event.failed = self.unstorable.take().map(|(_, why)| Failure::Unstorable(why));
    }

    /// Folds and writes events, and moves the checkpoints; false where others have the partitions by now.
    async fn project_batch(&mut self, events: &[Prepared<T>], steps: &[Advance]) -> Result<bool, EngineError> {
        let mut parked = self.letters.parked();
        let left_out = self.sink.fold(&self.store, events, &mut parked, self.options.transaction()).await?;
        let now = Utc::now();
        let parked = left_out.iter().map(|(index, _)| &events[*index]);
        let parks = parked.filter(|event| event.is_placeable()).map(|event| event.position).min();
        let letters = left_out.iter().map(|(index, failed)| {
            letter(&events[*index], failed.as_ref(), u32::from(failed.is_some()), now, &self.options)
        });
        let letters = LetterChanges { parked: letters.collect(), ..LetterChanges::default() };
        let count = self.letters.count() + letters.parked.len();
        if !letters.parked.is_empty() && count > self.options.parked_events {
            return Err(EngineError::TooManyLetters { parked: count, limit: self.options.parked_events });
        }
        self.write(BatchKind::Forward, steps, letters, parks).await
    }
}
