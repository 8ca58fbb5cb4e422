//! What this process knows of a read model because it keeps it up to date itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::super::engine::EngineError;
use crate::store::WorkerId;

/// How the workers of this process fare.
#[derive(Debug)]
pub(super) struct Local {
    /// The position up to which one of them has seen all events of its partitions.
    come: watch::Sender<u64>,
    /// The last error of each, by the number of the generation, until a step succeeds there.
    failed: Mutex<BTreeMap<(u32, WorkerId), Arc<EngineError>>>,
}

impl Default for Local {
    fn default() -> Self {
        Self { come: watch::Sender::new(0), failed: Mutex::default() }
    }
}

impl Local {
    /// Notes how far a generation that serves has come.
    pub(super) fn has_come(&self, position: u64) {
        self.come.send_if_modified(|known| std::mem::replace(known, position) != position);
    }

    pub(super) fn come(&self) -> watch::Receiver<u64> {
        self.come.subscribe()
    }

    /// Notes an error of a worker at a generation; 0 where it is none's.
    pub(super) fn failed(&self, generation: u32, worker: WorkerId, error: EngineError) -> Arc<EngineError> {
        let error = Arc::new(error);
        self.errors().insert((generation, worker), Arc::clone(&error));
        error
    }

    /// Notes that a step of a worker at a generation has succeeded.
    pub(super) fn succeeded(&self, generation: u32, worker: WorkerId) {
        self.errors().remove(&(generation, worker));
    }

    /// Forgets a worker that does no more.
    pub(super) fn left(&self, worker: WorkerId) {
        self.errors().retain(|(_, of), _| *of != worker);
    }

    /// What keeps it from going on, as far as this process knows: of the newest generation.
    pub(super) fn last_error(&self) -> Option<Arc<EngineError>> {
        self.errors().last_key_value().map(|(_, error)| Arc::clone(error))
    }

    fn errors(&self) -> MutexGuard<'_, BTreeMap<(u32, WorkerId), Arc<EngineError>>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
