//! Keeping snapshots behind the answers, one after the other.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

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
    pub(super) fn new(backend: Arc<dyn Backend>) -> Self {
        let waiting = Waiting { queue: Mutex::default(), busy: watch::Sender::new(false) };
        Self { backend, waiting: Arc::new(waiting) }
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
            tokio::spawn(work(Arc::clone(&self.backend), Arc::clone(&self.waiting)));
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

    fn next(&self) -> Option<(Snapshot, Done)> {
        let mut queue = self.queue();
        let next = queue.snapshots.pop_front();
        if next.is_none() {
            self.busy.send_replace(false);
        }
        next
    }
}

async fn work(backend: Arc<dyn Backend>, waiting: Arc<Waiting>) {
    while let Some((snapshot, done)) = waiting.next() {
        let stream = snapshot.stream.clone();
        done(backend.save_snapshot(snapshot).await);
        waiting.queue().streams.remove(&stream);
    }
}
