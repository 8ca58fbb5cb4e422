//! The rules of leases, for backends that look at the rows while nobody else writes.

use std::collections::BTreeSet;

use super::{Advance, AdvanceVerdict, Lease, Session, WorkerId};
use crate::store::StoreError;

/// A partition and who has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Partition {
    pub(crate) lease: Lease,
    pub(crate) worker: Option<WorkerId>,
}

/// What a worker makes of a name's partitions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) gives_up: Vec<u32>,
    pub(crate) takes: Vec<u32>,
}

impl Share {
    /// What the worker of `session` gives up and takes, `alive` being the workers whose sessions last.
    pub(crate) fn of(
        session: &Session,
        partitions: &[Partition],
        alive: &BTreeSet<WorkerId>,
    ) -> Result<Self, StoreError> {
        let found = u32::try_from(partitions.len()).unwrap_or(u32::MAX);
        if found != session.partitions {
            let (name, asked) = (session.name.clone(), session.partitions);
            return Err(StoreError::PartitionsChanged { name, found, asked });
        }
        let quota = quota(partitions.len(), alive, session.worker);
        let own = partitions.iter().filter(|partition| partition.worker == Some(session.worker));
        let free = partitions.iter().filter(|partition| {
            partition.worker != Some(session.worker) && partition.worker.is_none_or(|owner| !alive.contains(&owner))
        });
        let kept = own.clone().count().min(quota);
        let number = |partition: &Partition| partition.lease.partition;
        Ok(Self {
            gives_up: own.skip(quota).map(number).collect(),
            takes: free.take(quota - kept).map(number).collect(),
        })
    }

    /// The partition after the change, if it is the worker's.
    pub(crate) fn lease(&self, worker: WorkerId, Partition { lease, worker: owner }: &Partition) -> Option<Lease> {
        if self.takes.contains(&lease.partition) {
            Some(Lease { epoch: lease.epoch + 1, ..*lease })
        } else {
            (*owner == Some(worker) && !self.gives_up.contains(&lease.partition)).then_some(*lease)
        }
    }
}

/// How many partitions a worker is to have; none when its own session has expired.
fn quota(partitions: usize, alive: &BTreeSet<WorkerId>, worker: WorkerId) -> usize {
    if !alive.contains(&worker) {
        return 0;
    }
    let rank = alive.range(..worker).count();
    partitions / alive.len() + usize::from(rank < partitions % alive.len())
}

/// The verdict on steps for which no database has to be asked.
pub(crate) fn judged_unasked(steps: &[Advance]) -> Option<AdvanceVerdict> {
    if steps.is_empty() {
        return Some(AdvanceVerdict::Advanced);
    }
    let mut seen = BTreeSet::new();
    let wrong = steps.iter().find(|step| step.position <= step.lease.checkpoint || !seen.insert(step.lease.partition));
    wrong.map(|step| AdvanceVerdict::NotForward { partition: step.lease.partition })
}

/// What becomes of steps of `worker`, whose session lasts or has expired.
pub(crate) fn judge(partitions: &[Partition], worker: WorkerId, is_alive: bool, steps: &[Advance]) -> AdvanceVerdict {
    let found = |step: &Advance| {
        let Lease { partition, epoch, .. } = step.lease;
        partitions
            .iter()
            .find(|held| held.lease.partition == partition && held.lease.epoch == epoch && held.worker == Some(worker))
    };
    if !is_alive || steps.iter().any(|step| found(step).is_none()) {
        return AdvanceVerdict::LeaseLost;
    }
    let moved = steps.iter().filter_map(|step| {
        let (expected, actual) = (step.lease.checkpoint, found(step)?.lease.checkpoint);
        (expected != actual).then_some((step.lease.partition, expected, actual))
    });
    match moved.min() {
        Some((partition, expected, actual)) => AdvanceVerdict::CheckpointMoved { partition, expected, actual },
        None => AdvanceVerdict::Advanced,
    }
}
