//! Keeping snapshots behind the answers, one after the other.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::guard::guarded;
use super::{Backend, Snapshot, StoreError, StreamKey};

/// Learns what has come of a snapshot.
pub(super) type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// How many snapshots may wait; where the database is that slow, further ones are not worth taking.
const ROOM: usize = 1_024;

/// Keeps snapshots, so that nobody has to wait for them. Clones share what waits.
#[derive(Clone)]
pub(super) struct Keeper {
    backend: Arc<dyn Backend>,
    waiting: Arc<Waiting>,
    /// The store's own: that of a caller may be gone before the snapshot is kept.
    runtime: Handle,
}

struct Waiting {
    queue: Mutex<Queue>,
    /// Whether a task is keeping them.
    busy: watch::Sender<bool>,
}

#[derive(Default)]
struct Queue {
    snapshots: VecDeque<(Snapshot, Done)>,
    /// Of the snapshots that wait, and of the one that is being kept.
    streams: HashSet<StreamKey>,
}

impl Keeper {
    pub(super) fn new(backend: Arc<dyn Backend>, runtime: Handle) -> Self {
        let waiting = Waiting { queue: Mutex::default(), busy: watch::Sender::new(false) };
        Self { backend, waiting: Arc::new(waiting), runtime }
    }

    /// Whether a snapshot of `stream` is worth taking: there is room, and no other one of it is on its way.
    pub(super) fn wants(&self, stream: &StreamKey) -> bool {
        let queue = self.waiting.queue();
        queue.snapshots.len() < ROOM && !queue.streams.contains(stream)
    }

    /// Keeps `snapshot` after those that wait.
    pub(super) fn keep(&self, snapshot: Snapshot, done: Done) {
        let mut queue = self.waiting.queue();
        queue.streams.insert(snapshot.stream.clone());
        queue.snapshots.push_back((snapshot, done));
        // Under the lock, as when the task ends: either it sees the snapshot, or a new one is started.
        if !self.waiting.busy.send_replace(true) {
            self.runtime.spawn(work(Arc::clone(&self.backend), Task::of(&self.waiting)));
        }
    }

    /// Waits until nothing waits.
    pub(super) async fn idle(&self) {
        // The sender is held by `self`, so that it can't be gone.
        let _ = self.waiting.busy.subscribe().wait_for(|busy| !busy).await;
    }
}

impl Waiting {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while the queue is changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What could not be kept a moment ago won't be kept now; nobody shall wait for it.
    fn give_up(&self) {
        let left = {
            let mut queue = self.queue();
            queue.streams.clear();
            std::mem::take(&mut queue.snapshots)
        };
        for (_, done) in left {
            done(Err(StoreError::Unreachable("another snapshot could not be kept just before".into())));
        }
    }
}

/// The task that keeps snapshots; nobody waits for one that has ended in whatever way.
struct Task {
    waiting: Arc<Waiting>,
    ended: bool,
}

impl Task {
    fn of(waiting: &Arc<Waiting>) -> Self {
        Self { waiting: Arc::clone(waiting), ended: false }
    }

    fn next(&mut self) -> Option<(Snapshot, Done)> {
        let mut queue = self.waiting.queue();
        let next = queue.snapshots.pop_front();
        if next.is_none() {
            self.ended = true;
            self.waiting.busy.send_replace(false);
        }
        next
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.ended {
            self.waiting.busy.send_replace(false);
        }
    }
}

async fn work(backend: Arc<dyn Backend>, mut task: Task) {
    while let Some((snapshot, done)) = task.next() {
        let stream = snapshot.stream.clone();
        let kept = guarded(backend.save_snapshot(snapshot)).await.and_then(|kept| kept);
        let in_vain = kept.as_ref().is_err_and(StoreError::is_retryable);
        done(kept);
        task.waiting.queue().streams.remove(&stream);
        if in_vain {
            task.waiting.give_up();
        }
    }
}
