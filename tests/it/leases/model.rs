//! What leases must be, in as few words as possible.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cqrs_runtime::store::{Advance, AdvanceVerdict, Lease, WorkerId};

/// The partitions of a name and the workers whose sessions last.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) alive: BTreeSet<WorkerId>,
    partitions: BTreeMap<u32, Held>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    owner: Option<WorkerId>,
    epoch: u64,
    position: u64,
}

impl Model {
    pub(super) fn of(partitions: u32) -> Self {
        Self { alive: BTreeSet::new(), partitions: (0..partitions).map(|number| (number, Held::default())).collect() }
    }

    fn is_free(&self, held: &Held) -> bool {
        held.owner.is_none_or(|owner| !self.alive.contains(&owner))
    }

    /// Checks what a worker was given, and takes note of it.
    pub(super) fn acquired(&mut self, worker: WorkerId, lives: bool, leases: &[Lease]) {
        let fits = self.partitions.values().filter(|held| held.owner == Some(worker) || self.is_free(held)).count();
        if lives {
            self.alive.insert(worker);
        } else {
            self.alive.remove(&worker);
        }
        let quota = if lives { self.quota(worker) } else { 0 };
        assert_eq!(leases.len(), quota.min(fits), "{worker:?} of {:?} has {leases:?}: {self:?}", self.alive);
        let given: HashMap<u32, &Lease> = leases.iter().map(|lease| (lease.partition, lease)).collect();
        assert_eq!(given.len(), leases.len(), "{leases:?}");
        let alive = self.alive.clone();
        for (number, held) in &mut self.partitions {
            let is_own = held.owner == Some(worker);
            let Some(lease) = given.get(number) else {
                held.owner = held.owner.filter(|_| !is_own);
                continue;
            };
            if !is_own {
                assert!(held.owner.is_none_or(|owner| !alive.contains(&owner)), "{number} is another's: {held:?}");
                *held = Held { owner: Some(worker), epoch: held.epoch + 1, ..*held };
            }
            assert_eq!((lease.epoch, lease.checkpoint), (held.epoch, held.position));
        }
    }

    fn quota(&self, worker: WorkerId) -> usize {
        // Dealt out one by one, as cards are.
        let dealt = self.alive.iter().cycle().take(self.partitions.len());
        dealt.filter(|&&to| to == worker).count()
    }

    pub(super) fn released(&mut self, worker: WorkerId) {
        self.alive.remove(&worker);
        for held in self.partitions.values_mut() {
            held.owner = held.owner.filter(|&owner| owner != worker);
        }
    }

    /// What must become of steps that lead forward.
    pub(super) fn advance(&mut self, worker: WorkerId, steps: &[Advance]) -> AdvanceVerdict {
        let mut steps = steps.to_vec();
        steps.sort_by_key(|step| step.lease.partition);
        let held = |step: &Advance| self.partitions.get(&step.lease.partition).copied().unwrap_or_default();
        let holds = |step: &Advance| held(step).owner == Some(worker) && held(step).epoch == step.lease.epoch;
        if !self.alive.contains(&worker) || !steps.iter().all(holds) {
            return AdvanceVerdict::LeaseLost;
        }
        if let Some(step) = steps.iter().find(|step| held(step).position != step.lease.checkpoint) {
            let Lease { partition, checkpoint, .. } = step.lease;
            return AdvanceVerdict::CheckpointMoved { partition, expected: checkpoint, actual: held(step).position };
        }
        for step in &steps {
            self.partitions.entry(step.lease.partition).or_default().position = step.position;
        }
        AdvanceVerdict::Advanced
    }

    /// Checks that every partition is somebody's who lives, and that nobody has two more than another.
    pub(super) fn is_balanced(&self) {
        let count = |worker: &WorkerId| self.partitions.values().filter(|held| held.owner == Some(*worker)).count();
        let counts: Vec<usize> = self.alive.iter().map(count).collect();
        let (most, least) = (counts.iter().max().copied(), counts.iter().min().copied());
        assert!(most.unwrap_or(0) <= least.unwrap_or(0) + 1, "{self:?}");
        assert!(self.alive.is_empty() || counts.iter().sum::<usize>() == self.partitions.len(), "{self:?}");
    }
}
