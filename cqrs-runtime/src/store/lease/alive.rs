//! Signs of life, so that partitions stay with a worker that takes its time.

use std::time::Duration;

use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use super::WorkerId;
use crate::store::EventStore;

/// A worker's signs of life; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Alive {
    /// Only to be dropped.
    _ended: watch::Sender<()>,
}

impl EventStore {
    /// Prolongs all sessions of a worker, again and again, until the value is dropped or the store is closed.
    pub(crate) fn keep_alive(&self, worker: WorkerId, lease_time: Duration) -> Alive {
        let (ended, mut end) = watch::channel(());
        let store = self.clone();
        self.runtime().spawn(async move {
            loop {
                select! {
                    // Nothing is ever sent.
                    _ = end.changed() => return,
                    () = store.closed() => return,
                    () = sleep(lease_time / 3) => {}
                }
                if let Err(error) = store.backend().heartbeat(worker, lease_time).await {
                    // Partitions that are lost by it are noticed when their checkpoints are moved.
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "the leases of this process can't be prolonged");
                }
            }
        });
        Alive { _ended: ended }
    }
}
