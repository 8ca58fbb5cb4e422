//! The task that looks out: one for a store, while somebody has hints.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::time::sleep;

use super::Shared;
use crate::store::guard::guarded;
use crate::store::pause::Pause;
use crate::store::{StoreError, Watch};

/// The longest pause between two tries to have a watch again; polling goes on meanwhile.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The shortest time between two polls.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

type Watching = Option<Box<dyn Watch>>;

/// That the task is there; nobody waits for one that has ended in whatever way.
pub(super) struct Running {
    shared: Arc<Shared>,
    ended: bool,
}

impl Running {
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), ended: false }
    }

    /// Ends, unless somebody has got hints just now.
    fn ends(&mut self) -> bool {
        let Self { shared, ended } = self;
        shared.running.send_if_modified(|running| {
            *ended = shared.head.receiver_count() == 0 || *shared.closed.borrow();
            *running = !*ended;
            *ended
        });
        *ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.shared.running.send_replace(false);
        }
    }
}

pub(super) async fn run(mut running: Running) {
    loop {
        let shared = Arc::clone(&running.shared);
        let mut watch: Watching = None;
        select! {
            () = shared.unneeded() => {}
            () = poll(&shared) => {}
            () = shared.rows.keep_looking(&*shared.backend) => {}
            () = keep_watch(&shared, &mut watch) => {}
        }
        if let Some(watch) = watch {
            // A panic leaves nothing behind that is used again.
            let _ = guarded(watch.close()).await;
        }
        if running.ends() {
            return;
        }
    }
}

/// Looks at the log from time to time, while somebody waits: nothing has told of what a process has appended that was
/// killed before it could, and not every database tells.
async fn poll(shared: &Shared) {
    let interval = shared.backend.poll_interval().max(SHORTEST_INTERVAL);
    let mut waiting = shared.waiting();
    loop {
        waiting.somebody().await;
        sleep(interval).await;
        shared.look().await;
    }
}

/// Looks at the log when the database says that there is something.
async fn keep_watch(shared: &Shared, watch: &mut Watching) {
    let mut pause = Pause::up_to(LONGEST_PAUSE);
    let mut lost = false;
    loop {
        match begin(shared).await {
            Ok(None) => return std::future::pending().await,
            Ok(Some(begun)) => {
                if std::mem::take(&mut lost) {
                    tracing::info!("appends of other processes are told again");
                }
                pause = Pause::up_to(LONGEST_PAUSE);
                let watch = watch.insert(begun);
                shared.look().await;
                let error = follow(shared, &mut **watch).await;
                tracing::debug!(error = &error as &dyn std::error::Error, "the watch for appends is lost");
            }
            Err(error) if error.is_retryable() => {
                if !std::mem::replace(&mut lost, true) {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "appends of other processes are polled for"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "appends of other processes are polled for");
                return std::future::pending().await;
            }
        }
        *watch = None;
        pause.wait().await;
    }
}

async fn begin(shared: &Shared) -> Result<Watching, StoreError> {
    guarded(async { shared.backend.watch(shared.waiting()).await }).await.flatten()
}

/// Follows what the database tells until the watch is lost.
async fn follow(shared: &Shared, watch: &mut dyn Watch) -> StoreError {
    loop {
        let told = guarded(watch.appended()).await.flatten();
        shared.rows.stir();
        // What was told at the end may not have come.
        shared.look().await;
        if let Err(error) = told {
            return error;
        }
    }
}
