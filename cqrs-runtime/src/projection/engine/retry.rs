//! Projecting dead letters again.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::Utc;

use super::super::ProjectionError;
use super::super::fold::{Parked, Prepared};
use super::super::target::{Sink, Target};
use super::letters::after_retry;
use super::worker::{Progress, Worker};
use super::{EngineError, EngineOptions};
use crate::event::RawEvent;
use crate::store::sequence::partition as partition_of;
use crate::store::{Advance, BatchKind, DeadLetter, EventQuery, LetterChanges, LetterRequest, StoreError};

/// Letters whose positions differ by no more than this are read at once, with what stands between them.
const NEAR: u64 = 8;

impl<T: Target> Worker<T> {
    /// Tries the letters of a sequence again, in order, up to the first that fails.
    pub(super) async fn retry(&mut self, sequence: i64, request: LetterRequest) -> Result<Progress, EngineError> {
        let letters = self.letters.free(sequence).to_vec();
        let all = self.letters.sequences.get(&sequence).cloned().unwrap_or_default();
        let discarded = usize::from(request == LetterRequest::Discard);
        let discarded: Vec<_> = letters.iter().take(discarded).map(|letter| letter.position).collect();
        let mut outcome = Outcome { settled: discarded.clone(), discarded, ..Outcome::default() };
        let mut events = Vec::new();
        let tried: Vec<_> = letters.iter().skip(outcome.discarded.len()).take(self.limit(BatchKind::Retry).0).collect();
        let (mut found, read_to) = self.events_of(&tried).await?;
        for letter in tried.into_iter().take_while(|letter| letter.position <= read_to) {
            match found.remove(&letter.position) {
                // What this program can't read stays where another one has found that it belongs.
                Some(event) if event.sequence.hash() == sequence || event.sequence.is_unknown() => events.push(event),
                // By now, it is known where it belongs.
                Some(event) => outcome.moved.push(DeadLetter {
                    sequence: event.sequence.hash(),
                    sequence_key: event.sequence.to_string(),
                    retry_at: Some(Utc::now()),
                    request: None,
                    ..DeadLetter::clone(letter)
                }),
                // By now, the read model is not made of it.
                None => outcome.settled.push(letter.position),
            }
        }
        self.give_up(&mut events);
        match self.project_again(&events, outcome, &all, &self.stay(sequence)).await {
            Ok(_) => self.grow(BatchKind::Retry, &events),
            Err(error) => self.unstorable = self.shrink(BatchKind::Retry, error, &events)?,
        }
        // They were counted when they were parked.
        Ok(Progress::Moved { events: 0, caught_up: false })
    }

    /// Projects events whose letters were tried again, up to the first that fails; false where others have the partition.
    async fn project_again(
        &mut self,
        events: &[Prepared<T>],
        mut outcome: Outcome,
        letters: &[DeadLetter],
        steps: &[Advance],
    ) -> Result<bool, EngineError> {
        let lasts = self.options.transaction();
        let left_out = self.sink.fold(&self.store, events, &mut Parked::default(), lasts).await?;
        let left: HashSet<usize> = left_out.iter().map(|(index, _)| *index).collect();
        let done = events.iter().enumerate().filter(|(index, _)| !left.contains(index));
        outcome.settled.extend(done.map(|(_, event)| event.position));
        outcome.failed = left_out.into_iter().find_map(|(index, failed)| Some((events[index].position, failed?)));
        let changes = outcome.changes(letters, &self.options);
        self.write(BatchKind::Retry, steps, changes, None).await
    }

    /// The partition of a sequence, which stays where it is.
    fn stay(&self, sequence: i64) -> Vec<Advance> {
        let partition = partition_of(sequence, self.generation.partitions);
        let lease = self.leases.iter().filter(|lease| lease.partition == partition);
        lease.map(|lease| Advance { lease: *lease, position: lease.checkpoint, event_id: lease.event_id }).collect()
    }

    /// The events of letters, by position, and the position up to which they were read: as many as a batch may have, and one
    /// at least. Those that the read model is not made of by now are missing.
    async fn events_of(&self, letters: &[&DeadLetter]) -> Result<(HashMap<u64, Prepared<T>>, u64), StoreError> {
        let (mut found, mut bytes, mut read_to) = (HashMap::new(), 0, 0);
        for run in letters.chunk_by(|one, next| next.position - one.position <= NEAR) {
            read_to = self.read_run(run, &mut found, &mut bytes).await?;
            if bytes >= self.limit(BatchKind::Retry).1 {
                break;
            }
        }
        Ok((found, read_to))
    }

    /// Reads the events of letters that stand near each other, and those between them; up to where.
    async fn read_run(
        &self,
        letters: &[&DeadLetter],
        found: &mut HashMap<u64, Prepared<T>>,
        bytes: &mut usize,
    ) -> Result<u64, StoreError> {
        let (Some(first), Some(last)) = (letters.first(), letters.last()) else { return Ok(0) };
        let (mut after, routing, limit) = (first.position - 1, &self.routing, self.limit(BatchKind::Retry).1);
        let is_wanted = |position: u64| letters.binary_search_by_key(&position, |letter| letter.position).is_ok();
        while after < last.position {
            let query = EventQuery::log().after_position(after).to_position(last.position);
            let mut full = None;
            let mut take = |raw: RawEvent<'_>| {
                if !is_wanted(raw.position) {
                    return ControlFlow::Continue(());
                }
                found.extend(Prepared::of(&raw, routing).map(|event| (raw.position, event)));
                *bytes += raw.payload.len();
                if *bytes < limit {
                    return ControlFlow::Continue(());
                }
                full = Some(raw.position);
                ControlFlow::Break(())
            };
            match self.store.backend().read(&query, &mut take).await {
                Err(StoreError::CorruptEvent { position, event: Some(event), column }) => {
                    let event = is_wanted(position).then(|| Prepared::corrupt(position, &event, column, routing));
                    found.extend(event.flatten().map(|event| (position, event)));
                    after = position;
                }
                read => {
                    read?;
                    return Ok(full.unwrap_or(last.position));
                }
            }
        }
        Ok(last.position)
    }
}

/// What has come of letters that were tried again.
#[derive(Default)]
struct Outcome {
    settled: Vec<u64>,
    /// Those that are left out for good.
    discarded: Vec<u64>,
    failed: Option<(u64, ProjectionError)>,
    /// Those that belong to another sequence.
    moved: Vec<DeadLetter>,
}

impl Outcome {
    fn changes(self, letters: &[DeadLetter], options: &EngineOptions) -> LetterChanges {
        let failed = self.failed.as_ref().map(|(position, error)| (*position, error));
        let gone = self.settled.iter().copied().chain(self.moved.iter().map(|letter| letter.position)).collect();
        let mut changes = after_retry(letters, gone, failed, Utc::now(), options);
        (changes.settled, changes.discarded) = (self.settled, self.discarded);
        changes.parked.extend(self.moved);
        changes
    }
}
