//! What a subscriber has of a subscription, and how far it is with it.

use uuid::Uuid;

use crate::store::{Advance, Lease, Sequence, StoredEvent};

/// A partition in the hands of a subscriber.
#[derive(Clone, Copy, Debug)]
struct Held {
    lease: Lease,
    /// The position up to which its events have been given out, confirmed or not.
    given: u64,
}

/// The partitions of a subscriber.
#[derive(Debug, Default)]
pub(super) struct Share {
    held: Vec<Held>,
    /// Of how many.
    partitions: u32,
}

impl Share {
    pub(super) fn new(partitions: u32) -> Self {
        Self { held: Vec::new(), partitions }
    }

    /// Takes note of the leases that it has now; whether they are others than before.
    pub(super) fn take(&mut self, leases: &[Lease]) -> bool {
        if self.held.iter().map(|held| held.lease).eq(leases.iter().copied()) {
            return false;
        }
        let given = |lease: &Lease| {
            let same = |held: &&Held| held.lease.partition == lease.partition;
            self.held.iter().find(same).map_or(lease.checkpoint, |held| held.given.max(lease.checkpoint))
        };
        self.held = leases.iter().map(|lease| Held { lease: *lease, given: given(lease) }).collect();
        true
    }

    pub(super) fn clear(&mut self) {
        self.held.clear();
    }

    /// Gives what was not confirmed again.
    pub(super) fn rewind(&mut self) {
        self.held.iter_mut().for_each(|held| held.given = held.lease.checkpoint);
    }

    /// Where to read on: the event behind which something may have to be given out.
    pub(super) fn from(&self) -> Option<(u64, Option<Uuid>)> {
        let first = self.held.iter().min_by_key(|held| held.given)?;
        // Of an event that was given and not confirmed, the id is not kept.
        let event_id = (first.given == first.lease.checkpoint).then_some(first.lease.event_id);
        Some((first.given, event_id))
    }

    /// Whether an event is to be given out.
    pub(super) fn wants(&self, event: &StoredEvent) -> bool {
        self.of(event).is_some_and(|held| held.given < event.position)
    }

    /// Takes note that all events up to a position have been given out.
    pub(super) fn gave(&mut self, position: u64) {
        self.held.iter_mut().for_each(|held| held.given = held.given.max(position));
    }

    /// Whether something was given out that is not confirmed.
    pub(super) fn is_pending(&self) -> bool {
        self.held.iter().any(|held| held.given > held.lease.checkpoint)
    }

    /// Whether an event has been given out under a lease that is still held, as far as is known.
    pub(super) fn gave_out(&self, event: &StoredEvent) -> bool {
        self.of(event).is_some_and(|held| event.position <= held.given)
    }

    /// Whether an event has been confirmed, of a partition that is held.
    pub(super) fn is_confirmed(&self, event: &StoredEvent) -> bool {
        self.of(event).is_some_and(|held| event.position <= held.lease.checkpoint)
    }

    /// The steps to a position, of partitions whose events up to it have all been given out.
    pub(super) fn steps(&self, position: u64, event_id: Uuid) -> Vec<Advance> {
        let reached = self.held.iter().filter(|held| held.lease.checkpoint < position && position <= held.given);
        reached.map(|held| Advance { lease: held.lease, position, event_id }).collect()
    }

    /// Takes note that steps were taken.
    pub(super) fn advanced(&mut self, steps: &[Advance]) {
        for held in &mut self.held {
            let step = steps.iter().find(|step| step.lease.partition == held.lease.partition);
            held.lease = step.map_or(held.lease, |step| step.done());
        }
    }

    fn of(&self, event: &StoredEvent) -> Option<&Held> {
        let stream = &event.stream;
        let sequence = Sequence::of_stream(&stream.tenant, &stream.stream_type, &stream.id);
        let partition = sequence.partition(self.partitions);
        self.held.iter().find(|held| held.lease.partition == partition)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::store::StreamKey;

    fn event(partition: u32, position: u64) -> StoredEvent {
        let mut ids = (0..).map(|number: u32| number.to_string());
        let stream = ids.find(|id| Sequence::of_stream("", "Account", id).partition(2) == partition);
        StoredEvent {
            position,
            stream: StreamKey::new("Account", stream.unwrap()),
            version: 1,
            event_id: Uuid::from_u128(position.into()),
            name: "Happened".to_owned(),
            schema_version: 1,
            payload: "{}".to_owned(),
            recorded_at: DateTime::UNIX_EPOCH,
            correlation_id: Uuid::nil(),
            causation_id: Uuid::nil(),
            principal: String::new(),
            keys: String::new(),
        }
    }

    fn lease(partition: u32, checkpoint: u64) -> Lease {
        Lease { partition, epoch: 1, checkpoint, event_id: Uuid::nil() }
    }

    /// An event that was confirmed stays so when a partition is taken that lies further back.
    #[test]
    fn what_was_confirmed_is_not_handed_out_again() {
        let mut share = Share::new(2);
        share.take(&[lease(0, 60)]);
        share.take(&[lease(0, 60), lease(1, 50)]);
        assert!(!share.wants(&event(0, 60)) && share.wants(&event(1, 60)));
        share.gave(70);
        assert!(share.is_confirmed(&event(0, 60)) && !share.is_confirmed(&event(0, 61)));
        assert!(!share.is_confirmed(&event(1, 60)) && share.gave_out(&event(1, 60)));
        // It is no step of the first one, which is further.
        let steps = share.steps(60, Uuid::nil());
        assert_eq!(steps.iter().map(|step| step.lease.partition).collect::<Vec<_>>(), [1]);
    }
}
