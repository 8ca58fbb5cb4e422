//! Projecting a page of events.

use chrono::Utc;

use super::super::Projection;
use super::super::fold::{Failure, Prepared};
use super::EngineError;
use super::letters::letter;
use super::loader::Rows;
use super::page::Page;
use super::worker::{Progress, Worker};
use crate::store::{Advance, BatchKind, LetterChanges};

impl<M: Projection> Worker<M> {
    /// Projects what was read, and moves the checkpoints behind it.
    pub(super) async fn project(&mut self, page: Page<M>, head: u64) -> Result<Progress, EngineError> {
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
    pub(super) async fn apply(&mut self, events: &mut [Prepared<M>], steps: &[Advance]) -> Result<bool, EngineError> {
        if let Some((position, why)) = self.unstorable.take()
            && let Some(event) = events.iter_mut().find(|event| event.position == position)
        {
            event.failed = Some(Failure::Unstorable(why));
        }
        match self.project_batch(events, steps).await {
            Ok(true) => {
                self.grow();
                Ok(true)
            }
            Ok(false) => Ok(false),
            Err(error) => {
                self.unstorable = self.shrink(error, events)?;
                Ok(false)
            }
        }
    }

    /// Folds and writes events, and moves the checkpoints; false where others have the partitions by now.
    async fn project_batch(&mut self, events: &[Prepared<M>], steps: &[Advance]) -> Result<bool, EngineError> {
        let mut parked = self.letters.parked();
        let mut rows = Rows { store: &self.store, shapes: &self.shapes };
        let folded = self.folder.fold(events, &mut parked, &mut rows).await?;
        let now = Utc::now();
        let parked = folded.parked.iter().map(|(index, _)| &events[*index]);
        let parks = parked.filter(|event| event.is_placeable()).map(|event| event.position).min();
        let letters = folded.parked.iter().map(|(index, failed)| {
            letter(&events[*index], failed.as_ref(), u32::from(failed.is_some()), now, &self.options)
        });
        let letters = LetterChanges { parked: letters.collect(), ..LetterChanges::default() };
        let count = self.letters.count() + letters.parked.len();
        if !letters.parked.is_empty() && count > self.options.parked_events {
            return Err(EngineError::TooManyLetters { parked: count, limit: self.options.parked_events });
        }
        self.write(BatchKind::Forward, steps, folded.changes, letters, parks).await
    }
}
