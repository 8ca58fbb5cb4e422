//! Which events have to wait.

use std::collections::{HashMap, HashSet};

use super::Prepared;
use crate::projection::target::Target;

/// Sequences of which no event is projected, and tenants with an event of which nobody knows its sequence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parked {
    sequences: HashSet<i64>,
    /// The position behind which all events of a tenant wait.
    tenants: HashMap<String, u64>,
}

impl Parked {
    pub(crate) fn new(sequences: HashSet<i64>, tenants: HashMap<String, u64>) -> Self {
        Self { sequences, tenants }
    }

    /// Whether an event waits for another one.
    pub(crate) fn holds<T: Target>(&self, event: &Prepared<T>) -> bool {
        let behind = |from: &u64| *from < event.position;
        self.sequences.contains(&event.sequence.hash()) || self.tenants.get(&event.stream.tenant).is_some_and(behind)
    }

    /// Lets those behind an event wait for it.
    pub(crate) fn insert<T: Target>(&mut self, event: &Prepared<T>) {
        self.sequences.insert(event.sequence.hash());
        if event.sequence.is_unknown() {
            self.tenants.entry(event.stream.tenant.clone()).or_insert(event.position);
        }
    }
}
