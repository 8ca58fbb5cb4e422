//! Projecting dead letters again.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::Utc;

use super::super::fold::{Parked, Prepared};
use super::super::{Projection, ProjectionError};
use super::letters::after_retry;
use super::loader::Rows;
use super::worker::{Progress, Worker};
use super::{EngineError, EngineOptions};
use crate::event::RawEvent;
use crate::store::sequence::partition as partition_of;
use crate::store::{Advance, BatchKind, DeadLetter, EventQuery, LetterChanges, LetterRequest, StoreError};

impl<M: Projection> Worker<M> {
    /// Tries the letters of a sequence again, in order, up to the first that fails.
    pub(super) async fn retry(&mut self, sequence: i64, request: LetterRequest) -> Result<Progress, EngineError> {
        let letters = self.letters.free(sequence).to_vec();
        let all = self.letters.sequences.get(&sequence).cloned().unwrap_or_default();
        let discarded = usize::from(request == LetterRequest::Discard);
        let mut outcome = Outcome {
            settled: letters.iter().take(discarded).map(|letter| letter.position).collect(),
            ..Outcome::default()
        };
        let mut events = Vec::new();
        for letter in letters.iter().skip(discarded).take(self.limit().0) {
            match self.event_at(letter).await? {
                // What this program can't read stays where another one has found that it belongs.
                Some(event) if event.sequence.hash() == sequence || event.sequence.is_unknown() => events.push(event),
                // By now, it is known where it belongs.
                Some(event) => outcome.moved.push(DeadLetter {
                    sequence: event.sequence.hash(),
                    sequence_key: event.sequence.to_string(),
                    retry_at: Some(Utc::now()),
                    request: None,
                    ..letter.clone()
                }),
                // By now, the read model is not made of it.
                None => outcome.settled.push(letter.position),
            }
        }
        let mut rows = Rows { store: &self.store, shapes: &self.shapes };
        let folded = self.folder.fold(&events, &mut Parked::default(), &mut rows).await?;
        let left: HashSet<usize> = folded.parked.iter().map(|(index, _)| *index).collect();
        let done = events.iter().enumerate().filter(|(index, _)| !left.contains(index));
        outcome.settled.extend(done.map(|(_, event)| event.position));
        let failed = folded.parked.into_iter().find_map(|(index, failed)| Some((events[index].position, failed?)));
        outcome.failed = failed;
        let steps = self.stay(sequence);
        let changes = outcome.changes(&all, &self.options);
        let written = self.write(BatchKind::Retry, &steps, folded.changes, changes, None).await;
        match written {
            Ok(_) => self.grow(),
            Err(error) => {
                if let Some((position, why)) = self.shrink(error, &events)? {
                    // Nothing of it is written but that it has failed.
                    let settled = letters.iter().take(discarded).map(|letter| letter.position).collect();
                    let failed = Some((position, ProjectionError::Unstorable(why)));
                    let changes = Outcome { settled, failed, moved: Vec::new() }.changes(&all, &self.options);
                    self.write(BatchKind::Retry, &steps, Vec::new(), changes, None).await?;
                }
            }
        }
        // They were counted when they were parked.
        Ok(Progress::Moved { events: 0, caught_up: false })
    }

    /// The partition of a sequence, which stays where it is.
    fn stay(&self, sequence: i64) -> Vec<Advance> {
        let partition = partition_of(sequence, self.generation.partitions);
        let lease = self.leases.iter().filter(|lease| lease.partition == partition);
        lease.map(|lease| Advance { lease: *lease, position: lease.checkpoint, event_id: lease.event_id }).collect()
    }

    async fn event_at(&self, letter: &DeadLetter) -> Result<Option<Prepared<M>>, StoreError> {
        let position = letter.position;
        let query = EventQuery::log().after_position(position - 1).to_position(position);
        let (mut found, routing) = (None, &self.routing);
        let mut take = |raw: RawEvent<'_>| {
            found = Prepared::of(&raw, routing);
            ControlFlow::Break(())
        };
        match self.store.backend().read(&query, &mut take).await {
            Err(StoreError::CorruptEvent { position, event: Some(event), column }) => {
                Ok(Prepared::corrupt(position, &event, column, routing))
            }
            read => read.map(|()| found),
        }
    }
}

/// What has come of letters that were tried again.
#[derive(Default)]
struct Outcome {
    settled: Vec<u64>,
    failed: Option<(u64, ProjectionError)>,
    /// Those that belong to another sequence.
    moved: Vec<DeadLetter>,
}

impl Outcome {
    fn changes(self, letters: &[DeadLetter], options: &EngineOptions) -> LetterChanges {
        let failed = self.failed.as_ref().map(|(position, error)| (*position, error));
        let gone = self.settled.iter().copied().chain(self.moved.iter().map(|letter| letter.position)).collect();
        let mut changes = after_retry(letters, gone, failed, Utc::now(), options);
        changes.settled = self.settled;
        changes.parked.extend(self.moved);
        changes
    }
}
