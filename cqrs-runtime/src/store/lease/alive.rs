//! Signs of life, so that partitions stay with a worker that takes its time.

use std::time::Duration;

use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::WorkerId;
use crate::store::EventStore;
use crate::store::pause::Pause;

/// A worker's signs of life; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Alive {
    /// Only to be dropped.
    _ended: watch::Sender<()>,
}

/// Says so, and how long to wait; partitions that are lost by it are noticed when their checkpoints are moved.
fn not_prolonged(error: &(dyn std::error::Error + 'static), pause: &mut Pause) -> Duration {
    tracing::warn!(error, "the leases of this process can't be prolonged");
    pause.next()
}

impl EventStore {
    /// Prolongs all sessions of a worker, again and again, until the value is dropped or the store is closed.
    ///
    /// A try that gets no answer is given up while there is time for another one, which comes soon.
    pub(crate) fn keep_alive(&self, worker: WorkerId, lease_time: Duration) -> Alive {
        let (ended, mut end) = watch::channel(());
        let store = self.clone();
        self.runtime().spawn(async move {
            let every = lease_time / 4;
            let (mut rest, mut pause) = (every, Pause::up_to(every));
            loop {
                select! {
                    // Nothing is ever sent.
                    _ = end.changed() => return,
                    () = store.closed() => return,
                    () = sleep(rest) => {}
                }
                rest = match timeout(lease_time / 3, store.backend().heartbeat(worker, lease_time)).await {
                    Ok(Ok(_)) => {
                        pause = Pause::up_to(every);
                        every
                    }
                    Ok(Err(error)) => not_prolonged(&error, &mut pause),
                    Err(error) => not_prolonged(&error, &mut pause),
                };
            }
        });
        Alive { _ended: ended }
    }
}
