//! Random workers that come, go, die and return, against a simple model: on every store.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{Advance, Backend, Lease, MemoryBackend, Session};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::model::Model;
use super::{HOUR, worker};
use crate::database::Database;

const WORKERS: u8 = 4;
const PARTITIONS: u32 = 5;

#[derive(Clone, Debug)]
enum Step {
    /// Asks for partitions, for no time at all where it says so.
    Acquire {
        worker: u8,
        ends: bool,
    },
    Expire {
        worker: u8,
    },
    Prolong {
        worker: u8,
    },
    Release {
        worker: u8,
    },
    /// Moves checkpoints of leases that the worker has or has had, counted back from the last one.
    Advance {
        worker: u8,
        leases: Vec<usize>,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let worker = || 0..WORKERS;
    let step = prop_oneof![
        6 => (worker(), prop::bool::weighted(0.05)).prop_map(|(worker, ends)| Step::Acquire { worker, ends }),
        1 => worker().prop_map(|worker| Step::Expire { worker }),
        1 => worker().prop_map(|worker| Step::Prolong { worker }),
        1 => worker().prop_map(|worker| Step::Release { worker }),
        6 => (worker(), vec(0..7_usize, 1..4)).prop_map(|(worker, leases)| Step::Advance { worker, leases }),
    ];
    vec(step, 1..50)
}

/// A run on a name of its own.
struct Run<'a> {
    backend: &'a dyn Backend,
    name: String,
    case: u64,
    model: Model,
    /// All leases that each worker has had, the latest last, with the checkpoints that it knows.
    known: HashMap<u8, Vec<Lease>>,
}

impl Run<'_> {
    /// Of this case alone, for a heartbeat is for all names.
    fn worker(&self, number: u8) -> cqrs_runtime::store::WorkerId {
        worker(u128::from(self.case) << 8 | u128::from(number))
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Acquire { worker, ends } => self.acquire(*worker, !ends).await,
            Step::Expire { worker } => {
                self.backend.heartbeat(self.worker(*worker), Duration::ZERO).await.unwrap();
                self.model.alive.remove(&self.worker(*worker));
            }
            Step::Prolong { worker } => {
                let prolonged = self.backend.heartbeat(self.worker(*worker), HOUR).await.unwrap();
                let lasts = self.model.alive.contains(&self.worker(*worker));
                assert_eq!(prolonged, Vec::from_iter(lasts.then(|| self.name.clone())));
            }
            Step::Release { worker } => {
                self.backend.release(&self.name, self.worker(*worker)).await.unwrap();
                self.model.released(self.worker(*worker));
            }
            Step::Advance { worker, leases } => self.advance(*worker, leases).await,
        }
    }

    async fn acquire(&mut self, number: u8, lives: bool) {
        let worker = self.worker(number);
        let lease_time = if lives { HOUR } else { Duration::ZERO };
        let session = Session::new(&self.name, worker, PARTITIONS, lease_time);
        let leases = self.backend.acquire(&session).await.unwrap();
        self.model.acquired(worker, lives, &leases);
        self.known.entry(number).or_default().extend(leases);
    }

    async fn advance(&mut self, number: u8, back: &[usize]) {
        let worker = self.worker(number);
        let known = self.known.entry(number).or_default();
        let mut steps: Vec<Advance> = back
            .iter()
            .filter_map(|back| known.iter().rev().nth(*back))
            .map(|&lease| Advance { lease, position: lease.checkpoint + 1, event_id: Uuid::nil() })
            .collect();
        steps.sort_by_key(|step| step.lease.partition);
        steps.dedup_by_key(|step| step.lease.partition);
        if steps.is_empty() {
            return;
        }
        let verdict = self.backend.advance(&self.name, worker, &steps).await.unwrap();
        assert_eq!(verdict, self.model.advance(worker, &steps), "{steps:?}");
        if verdict == cqrs_runtime::store::AdvanceVerdict::Advanced {
            known.extend(steps.into_iter().map(Advance::done));
        }
    }

    /// Two rounds are enough: one to give up, one to take.
    async fn comes_to_rest(&mut self) {
        for _ in 0..2 {
            for number in 0..WORKERS {
                if self.model.alive.contains(&self.worker(number)) {
                    self.acquire(number, true).await;
                }
            }
        }
        self.model.is_balanced();
    }
}

fn check(cases: u32, open: impl Future<Output = (Arc<dyn Backend>, Option<Database>)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (backend, _database) = runtime.block_on(open);
    let numbers = AtomicU64::new(1);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        let case = numbers.fetch_add(1, Ordering::Relaxed);
        let name = format!("summary {case}");
        let model = Model::of(PARTITIONS);
        let mut run = Run { backend: &*backend, name, case, model, known: HashMap::new() };
        runtime.block_on(async {
            for step in &steps {
                run.step(step).await;
            }
            run.comes_to_rest().await;
        });
        Ok(())
    });
    runtime.block_on(backend.close());
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

async fn opened(database: Database) -> (Arc<dyn Backend>, Option<Database>) {
    (open(&database.url, &Options::default()).await.unwrap(), Some(database))
}

#[test]
fn memory_keeps_to_the_model() {
    check(500, async { (Arc::new(MemoryBackend::default()) as _, None) });
}

#[test]
fn sqlite_keeps_to_the_model() {
    check(100, opened(Database::sqlite()));
}

#[test]
fn postgres_keeps_to_the_model() {
    check(100, async { opened(Database::postgres().await).await });
}
