//! What this process knows of a read model because it keeps it up to date itself.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::super::engine::EngineError;

/// How the worker of this process fares.
#[derive(Debug)]
pub(super) struct Local {
    /// The position up to which it has seen all events of its partitions.
    come: watch::Sender<u64>,
    /// Its last error, and the generation's number, until a step succeeds there.
    failed: Mutex<Option<(u32, Arc<EngineError>)>>,
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

    /// Notes an error of a generation; 0 where it is none's.
    pub(super) fn failed(&self, generation: u32, error: EngineError) -> Arc<EngineError> {
        let error = Arc::new(error);
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some((generation, Arc::clone(&error)));
        error
    }

    /// Notes that a generation's step has succeeded.
    pub(super) fn succeeded(&self, generation: u32) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.as_ref().is_some_and(|(of, _)| *of == generation) {
            *failed = None;
        }
    }

    /// What keeps it from going on, as far as this process knows.
    pub(super) fn last_error(&self) -> Option<Arc<EngineError>> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().map(|(_, error)| Arc::clone(error))
    }
}
