//! Projecting dead letters again.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::Utc;

use super::super::Projection;
use super::super::fold::Prepared;
use super::super::sequence::partition as partition_of;
use super::EngineError;
use super::letters::after_retry;
use super::loader::Rows;
use super::worker::{Progress, Worker};
use crate::event::RawEvent;
use crate::store::{Advance, BatchKind, EventQuery, Lease, LetterRequest, StoreError};

impl<M: Projection> Worker<M> {
    /// Tries the letters of a sequence again, in order, up to the first that fails.
    pub(super) async fn retry(&mut self, sequence: i64, request: LetterRequest) -> Result<Progress, EngineError> {
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
}
