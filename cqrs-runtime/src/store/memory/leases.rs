//! Sessions, leases and checkpoints in memory.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;

use super::MemoryBackend;
use crate::store::lease::{Partition, Share, judge, judged_unasked, micros};
use crate::store::{Advance, AdvanceVerdict, Checkpoint, Lease, Leases, Session, StoreError, WorkerId};

/// The moments at which sessions expire, in microseconds, and the partitions of each name.
#[derive(Debug, Default)]
pub(super) struct LeaseTables {
    sessions: BTreeMap<(String, WorkerId), i64>,
    partitions: BTreeMap<String, Vec<Partition>>,
}

impl LeaseTables {
    fn alive(&self, name: &str, now: i64) -> BTreeSet<WorkerId> {
        let sessions = self.sessions.iter().filter(|((of, _), expires_at)| of == name && **expires_at > now);
        sessions.map(|((_, worker), _)| *worker).collect()
    }

    fn partitions_of(&mut self, session: &Session) -> Result<&mut Vec<Partition>, StoreError> {
        let start = |partition| Partition {
            lease: Lease { partition, epoch: 0, checkpoint: session.checkpoint, event_id: session.event_id },
            worker: None,
        };
        match self.partitions.entry(session.name.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(_) if !session.makes => Err(StoreError::Forgotten { name: session.name.clone() }),
            Entry::Vacant(new) => Ok(new.insert((0..session.partitions).map(start).collect())),
        }
    }
}

impl MemoryBackend {
    fn micros_now(&self) -> i64 {
        self.clock.now().timestamp_micros()
    }
}

#[async_trait]
impl Leases for MemoryBackend {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        let now = self.micros_now();
        let tables = &mut self.state().leases;
        let mut alive = tables.alive(&session.name, now);
        let expires_at = now.saturating_add(micros(session.lease_time));
        if expires_at > now {
            alive.insert(session.worker);
        } else {
            alive.remove(&session.worker);
        }
        let partitions = tables.partitions_of(session)?;
        let share = Share::of(session, partitions, &alive)?;
        let mut leases = Vec::new();
        for partition in partitions {
            let lease = share.lease(session.worker, partition);
            leases.extend(lease);
            if let Some(lease) = lease {
                *partition = Partition { lease, worker: Some(session.worker) };
            } else if share.gives_up.contains(&partition.lease.partition) {
                partition.worker = None;
            }
        }
        tables.sessions.retain(|_, expires_at| *expires_at > now);
        tables.sessions.insert((session.name.clone(), session.worker), expires_at);
        Ok(leases)
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        let now = self.micros_now();
        let mut state = self.state();
        let own = state.leases.sessions.iter_mut().filter(|((_, of), expires_at)| *of == worker && **expires_at > now);
        Ok(own
            .map(|((name, _), expires_at)| {
                *expires_at = now.saturating_add(micros(lease_time));
                name.clone()
            })
            .collect())
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        let tables = &mut self.state().leases;
        tables.sessions.remove(&(name.to_owned(), worker));
        let own = tables.partitions.get_mut(name).into_iter().flatten().filter(|held| held.worker == Some(worker));
        own.for_each(|partition| partition.worker = None);
        Ok(())
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        if let Some(verdict) = judged_unasked(steps) {
            return Ok(verdict);
        }
        let now = self.micros_now();
        let tables = &mut self.state().leases;
        let is_alive = tables.alive(name, now).contains(&worker);
        let partitions = tables.partitions.get_mut(name).map_or(&mut [][..], Vec::as_mut_slice);
        let verdict = judge(partitions, worker, is_alive, steps);
        if verdict == AdvanceVerdict::Advanced {
            for held in partitions {
                let step = steps.iter().find(|step| step.lease.partition == held.lease.partition);
                held.lease = step.map_or(held.lease, |step| step.done());
            }
        }
        Ok(verdict)
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.state().leases.partitions.keys().cloned().collect())
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        let now = self.micros_now();
        let tables = &mut self.state().leases;
        Ok(tables.alive(name, now).is_empty() && tables.partitions.remove(name).is_some())
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        let now = self.micros_now();
        let state = self.state();
        let alive = state.leases.alive(name, now);
        let head = state.events.len() as u64;
        let partitions = state.leases.partitions.get(name).into_iter().flatten();
        Ok(partitions
            .map(|&Partition { lease, worker }| Checkpoint {
                lease,
                worker,
                is_alive: worker.is_some_and(|worker| alive.contains(&worker)),
                behind: head.saturating_sub(lease.checkpoint),
            })
            .collect())
    }
}
