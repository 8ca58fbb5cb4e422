//! What a subscriber has of a subscription, and how far it is with it.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::store::{Advance, Lease, Sequence, StoredEvent};

/// A partition in the hands of a subscriber.
#[derive(Clone, Copy, Debug)]
struct Held {
    lease: Lease,
    /// The event up to which its events have been given out, confirmed or not.
    given: Place,
}

/// An event in the log, or before the first one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) position: u64,
    pub(super) event_id: Uuid,
}

impl Place {
    fn confirmed(lease: &Lease) -> Self {
        Self { position: lease.checkpoint, event_id: lease.event_id }
    }
}

/// The partitions of a subscriber.
#[derive(Debug, Default)]
pub(super) struct Share {
    held: Vec<Held>,
    /// The checkpoints that were last seen, by partition; also of those that others have now.
    known: BTreeMap<u32, Lease>,
    /// Of how many.
    partitions: u32,
}

impl Share {
    pub(super) fn new(partitions: u32) -> Self {
        Self { held: Vec::new(), known: BTreeMap::new(), partitions }
    }

    /// Takes note of the leases that it has now; whether they are others than before.
    pub(super) fn take(&mut self, leases: &[Lease]) -> bool {
        if self.held.iter().map(|held| held.lease).eq(leases.iter().copied()) {
            return false;
        }
        let given = |lease: &Lease| {
            let confirmed = Place::confirmed(lease);
            let same = self.held.iter().find(|held| held.lease.partition == lease.partition);
            // Behind a checkpoint that went back, what was given out may have been of a log that is gone.
            let kept = same.filter(|held| !went_back(&held.lease, lease)).map(|held| held.given);
            kept.filter(|given| given.position > confirmed.position).unwrap_or(confirmed)
        };
        self.held = leases.iter().map(|lease| Held { lease: *lease, given: given(lease) }).collect();
        self.known.extend(leases.iter().map(|lease| (lease.partition, *lease)));
        true
    }

    /// The checkpoints that were last seen.
    pub(super) fn known(&self) -> BTreeMap<u32, Lease> {
        self.known.clone()
    }

    pub(super) fn clear(&mut self) {
        self.held.clear();
    }

    /// Gives what was not confirmed again.
    pub(super) fn rewind(&mut self) {
        self.held.iter_mut().for_each(|held| held.given = Place::confirmed(&held.lease));
    }

    /// Where to read on: the event behind which something may have to be given out.
    pub(super) fn from(&self) -> Option<Place> {
        self.held.iter().map(|held| held.given).min_by_key(|given| given.position)
    }

    /// Whether an event is to be given out.
    pub(super) fn wants(&self, event: &StoredEvent) -> bool {
        self.of(event).is_some_and(|held| held.given.position < event.position)
    }

    /// Takes note that all events up to one have been given out.
    pub(super) fn gave(&mut self, position: u64, event_id: Uuid) {
        for held in self.held.iter_mut().filter(|held| held.given.position < position) {
            held.given = Place { position, event_id };
        }
    }

    /// Whether something was given out that is not confirmed.
    pub(super) fn is_pending(&self) -> bool {
        self.held.iter().any(|held| held.given.position > held.lease.checkpoint)
    }

    /// Whether an event has been given out under a lease that is still held, as far as is known.
    pub(super) fn gave_out(&self, event: &StoredEvent) -> bool {
        self.of(event).is_some_and(|held| event.position <= held.given.position)
    }

    /// Whether an event has been confirmed, of a partition that is held.
    pub(super) fn is_confirmed(&self, event: &StoredEvent) -> bool {
        self.of(event).is_some_and(|held| event.position <= held.lease.checkpoint)
    }

    /// The steps to a position, of partitions whose events up to it have all been given out.
    pub(super) fn steps(&self, position: u64, event_id: Uuid) -> Vec<Advance> {
        let reached =
            self.held.iter().filter(|held| held.lease.checkpoint < position && position <= held.given.position);
        reached.map(|held| Advance { lease: held.lease, position, event_id }).collect()
    }

    /// The steps to a position of all partitions, where nothing up to it is left to give out or to confirm.
    pub(super) fn passing(&self, position: u64, event_id: Uuid) -> Vec<Advance> {
        let behind = self.held.iter().filter(|held| held.lease.checkpoint < position);
        behind.map(|held| Advance { lease: held.lease, position, event_id }).collect()
    }

    /// Takes note that steps were taken.
    pub(super) fn advanced(&mut self, steps: &[Advance]) {
        for held in &mut self.held {
            let step = steps.iter().find(|step| step.lease.partition == held.lease.partition);
            held.lease = step.map_or(held.lease, |step| step.done());
            if held.given.position < held.lease.checkpoint {
                held.given = Place::confirmed(&held.lease);
            }
            self.known.insert(held.lease.partition, held.lease);
        }
    }

    fn of(&self, event: &StoredEvent) -> Option<&Held> {
        let stream = &event.stream;
        let sequence = Sequence::of_stream(&stream.tenant, &stream.stream_type, &stream.id);
        let partition = sequence.partition(self.partitions);
        self.held.iter().find(|held| held.lease.partition == partition)
    }
}

/// Whether a checkpoint stands where it can't have come to from where it was: the database is another one, or was restored.
fn went_back(was: &Lease, is: &Lease) -> bool {
    is.checkpoint < was.checkpoint || (is.checkpoint == was.checkpoint && is.event_id != was.event_id)
}

/// What had been confirmed where checkpoints have gone back.
pub(super) fn unconfirmed(known: &BTreeMap<u32, Lease>, leases: &[Lease]) -> Vec<Place> {
    let was = |lease: &Lease| known.get(&lease.partition).filter(|was| went_back(was, lease)).map(Place::confirmed);
    leases.iter().filter_map(was).collect()
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
        share.gave(70, Uuid::nil());
        assert!(share.is_confirmed(&event(0, 60)) && !share.is_confirmed(&event(0, 61)));
        assert!(!share.is_confirmed(&event(1, 60)) && share.gave_out(&event(1, 60)));
        // It is no step of the first one, which is further.
        let steps = share.steps(60, Uuid::nil());
        assert_eq!(steps.iter().map(|step| step.lease.partition).collect::<Vec<_>>(), [1]);
    }

    /// What was given out before the database was restored says nothing of what follows.
    #[test]
    fn what_follows_a_checkpoint_that_went_back_is_handed_out() {
        let confirmed = |position: u64| Lease { event_id: Uuid::from_u128(position.into()), ..lease(0, position) };
        let mut share = Share::new(2);
        share.take(&[confirmed(60)]);
        share.gave(62, Uuid::from_u128(62));
        // Another partition does not change it.
        share.take(&[confirmed(60), lease(1, 61)]);
        assert!(!share.wants(&event(0, 62)) && share.wants(&event(0, 63)));
        let back = [confirmed(58), lease(1, 61)];
        assert_eq!(unconfirmed(&share.known(), &back).iter().map(|lost| lost.position).collect::<Vec<_>>(), [60]);
        assert!(share.take(&back));
        assert!(share.wants(&event(0, 59)) && !share.wants(&event(0, 58)));
        let from = share.from().unwrap();
        assert_eq!((from.position, from.event_id), (58, Uuid::from_u128(58)));
        // Another event stands there.
        share.gave(60, Uuid::nil());
        let other = [Lease { event_id: Uuid::nil(), ..confirmed(58) }, lease(1, 61)];
        assert_eq!(unconfirmed(&share.known(), &other).len(), 1);
        assert!(share.take(&other) && share.wants(&event(0, 59)));
        // Also when it was lost meanwhile.
        share.clear();
        assert_eq!(unconfirmed(&share.known(), &[lease(0, 57), lease(1, 70)]).len(), 1);
    }
}
