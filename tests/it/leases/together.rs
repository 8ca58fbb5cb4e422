//! Many workers of several processes at once: no partition is ever two workers', no step is taken twice, nobody deadlocks.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{Advance, AdvanceVerdict, Backend, MemoryBackend, Session, WorkerId};
use futures_util::future::join_all;

use super::{HOUR, to, worker};
use crate::database::Database;

const NAMES: [&str; 2] = ["statement", "summary"];
const PARTITIONS: u32 = 6;
const STORES: usize = 2;
/// In each store.
const WORKERS: usize = 6;
const ROUNDS: usize = 40;

/// What all workers together have seen.
#[derive(Default)]
struct Seen {
    /// Of a name's partition in an epoch.
    owners: HashMap<(&'static str, u32, u64), WorkerId>,
    /// Where steps of a name's partition have started.
    steps: HashSet<(&'static str, u32, u64)>,
}

impl Seen {
    fn owned(&mut self, name: &'static str, steps: &[Advance], worker: WorkerId) {
        for lease in steps.iter().map(|step| step.lease) {
            let known = *self.owners.entry((name, lease.partition, lease.epoch)).or_insert(worker);
            assert_eq!(known, worker, "two own {name}, {lease:?}");
        }
    }

    fn moved(&mut self, name: &'static str, steps: &[Advance]) {
        for lease in steps.iter().map(|step| step.lease) {
            let is_new = self.steps.insert((name, lease.partition, lease.checkpoint));
            assert!(is_new, "a step of {name} was taken twice: {lease:?}");
        }
    }
}

async fn round(backend: &dyn Backend, number: usize, round: usize, seen: &Mutex<Seen>) {
    let worker = worker(number as u128);
    // In another order each, so that they cross.
    for turn in 0..NAMES.len() {
        let name = NAMES[(turn + number) % NAMES.len()];
        let session = Session::new(name, worker, PARTITIONS, HOUR);
        let leases = backend.acquire(&session).await.unwrap();
        let mut steps: Vec<Advance> = leases.iter().map(|&lease| to(lease, lease.checkpoint + 1)).collect();
        if number.is_multiple_of(2) {
            steps.reverse();
        }
        seen.lock().unwrap().owned(name, &steps, worker);
        if (round + number).is_multiple_of(5) {
            backend.heartbeat(worker, Duration::ZERO).await.unwrap();
        }
        let verdict = backend.advance(name, worker, &steps).await.unwrap();
        if verdict == AdvanceVerdict::Advanced {
            seen.lock().unwrap().moved(name, &steps);
        }
        if (round + number).is_multiple_of(7) {
            backend.release(name, worker).await.unwrap();
        }
        backend.heartbeat(worker, HOUR).await.unwrap();
    }
}

/// Lets workers of all `stores`, which have one database, contend for partitions.
pub(crate) async fn contend(stores: Vec<Arc<dyn Backend>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let workers = (0..stores.len() * WORKERS).map(|number| {
        let (backend, seen) = (Arc::clone(&stores[number % stores.len()]), Arc::clone(&seen));
        tokio::spawn(async move {
            for number_of_round in 0..ROUNDS {
                round(&*backend, number, number_of_round, &seen).await;
            }
        })
    });
    for outcome in join_all(workers.collect::<Vec<_>>()).await {
        outcome.unwrap();
    }
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    for name in NAMES {
        for checkpoint in stores[0].checkpoints(name).await.unwrap() {
            let lease = checkpoint.lease;
            let taken = (0..lease.checkpoint).filter(|from| seen.steps.contains(&(name, lease.partition, *from)));
            assert_eq!(taken.count() as u64, lease.checkpoint, "{name}, {lease:?}");
            assert_ne!(lease.checkpoint, 0, "{name}, {lease:?}");
        }
    }
    for store in stores {
        store.close().await;
    }
}

/// Batches of one worker that name the same partitions in other orders: one of each round is written.
async fn cross(stores: Vec<Arc<dyn Backend>>) {
    let partitions = 24;
    let session = Session::new(NAMES[0], worker(1), partitions, HOUR);
    for position in 1..=ROUNDS as u64 {
        let leases = stores[0].acquire(&session).await.unwrap();
        let batches = (0..4).map(|number: usize| {
            let mut steps: Vec<Advance> = leases.iter().map(|&lease| to(lease, position)).collect();
            steps.rotate_left(number * 5);
            if number.is_multiple_of(2) {
                steps.reverse();
            }
            let backend = Arc::clone(&stores[number % stores.len()]);
            tokio::spawn(async move { backend.advance(NAMES[0], worker(1), &steps).await.unwrap() })
        });
        let verdicts = join_all(batches.collect::<Vec<_>>()).await;
        let moved = AdvanceVerdict::CheckpointMoved { partition: 0, expected: position - 1, actual: position };
        let count = |verdict| verdicts.iter().flatten().filter(|given| **given == verdict).count();
        assert_eq!((count(AdvanceVerdict::Advanced), count(moved)), (1, 3), "{verdicts:?}");
    }
    for store in stores {
        store.close().await;
    }
}

/// A few stores of one database, as processes have them.
pub(crate) async fn opened(url: &str) -> Vec<Arc<dyn Backend>> {
    let mut stores = Vec::new();
    for _ in 0..STORES {
        stores.push(open(url, &Options::default()).await.unwrap());
    }
    stores
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_memory() {
    let backend: Arc<dyn Backend> = Arc::new(MemoryBackend::default());
    contend(vec![Arc::clone(&backend), backend]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let database = Database::sqlite();
    contend(opened(&database.url).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    let database = Database::postgres().await;
    contend(opened(&database.url).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_cross_on_sqlite() {
    let database = Database::sqlite();
    cross(opened(&database.url).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_cross_on_postgres() {
    let database = Database::postgres().await;
    cross(opened(&database.url).await).await;
}
