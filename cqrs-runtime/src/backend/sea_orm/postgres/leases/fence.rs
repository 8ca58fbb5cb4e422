//! What every transaction that moves checkpoints calls before it writes: it goes on only if all leases hold.

use sea_orm::{DbErr, Value};

use super::super::super::filter::signed;
use super::raised;
use crate::store::{Advance, AdvanceVerdict, StoreError, WorkerId};

/// The call, for a statement of its own or within one that writes; the parameters are [`Fence::values`].
pub(in super::super) const CALL: &str = "cqrs_advance($1, $2, $3, $4, $5, $6, $7, $8)";

/// The call of a batch that says in the parameter of a number what else has to be so.
pub(in super::super) fn placed(parameter: usize) -> String {
    format!("cqrs_advance_placed($1, $2, $3, $4, $5, $6, $7, $8, ${parameter})")
}

const LEASE_LOST: &str = "CQ006";
const CHECKPOINT_MOVED: &str = "CQ007";

/// Steps that are to be taken with all that their transaction writes, or not at all.
///
/// Each leads forward, and no partition has two: see [`judged_unasked`](crate::store::lease::judged_unasked).
#[derive(Clone, Copy)]
pub(in super::super) struct Fence<'a> {
    pub(in super::super) name: &'a str,
    pub(in super::super) worker: WorkerId,
    pub(in super::super) steps: &'a [Advance],
    /// Whether rows are changed that others may follow.
    pub(in super::super) changes: bool,
}

impl Fence<'_> {
    /// The values of [`CALL`].
    pub(in super::super) fn values(self) -> [Value; 8] {
        let numbers = |number: fn(&Advance) -> u64| -> Value {
            self.steps.iter().map(|step| signed(number(step))).collect::<Vec<_>>().into()
        };
        [
            self.name.into(),
            self.worker.0.into(),
            numbers(|step| step.lease.partition.into()),
            numbers(|step| step.lease.epoch),
            numbers(|step| step.lease.checkpoint),
            numbers(|step| step.position),
            self.steps.iter().map(|step| step.event_id).collect::<Vec<_>>().into(),
            self.changes.into(),
        ]
    }

    /// The verdict, if it was the fence that refused.
    pub(in super::super) fn explain(self, error: DbErr) -> Result<AdvanceVerdict, StoreError> {
        match raised(&error) {
            Some((LEASE_LOST, _)) => Ok(AdvanceVerdict::LeaseLost),
            Some((CHECKPOINT_MOVED, detail)) => self.moved(detail).ok_or_else(|| error.into()),
            _ => Err(error.into()),
        }
    }

    /// What the partition and the position in the detail say.
    fn moved(self, detail: &str) -> Option<AdvanceVerdict> {
        let (partition, actual) = detail.split_once(' ')?;
        let (partition, actual) = (partition.parse().ok()?, actual.parse().ok()?);
        let step = self.steps.iter().find(|step| step.lease.partition == partition)?;
        Some(AdvanceVerdict::CheckpointMoved { partition, expected: step.lease.checkpoint, actual })
    }
}
