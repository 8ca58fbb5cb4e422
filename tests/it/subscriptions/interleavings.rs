//! Random interleavings of appending, subscribing, taking, dropping and resuming, against a model.

use cqrs_runtime::store::{Cursor, EventQuery, EventStore, StoredEvent};
use futures_util::StreamExt;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Log, Subscription, events, is_waiting};

#[derive(Clone, Debug)]
enum Step {
    /// So many events to a stream, by one of two processes.
    Append { store: usize, stream: usize, rare: bool, count: u128 },
    /// A subscription begins, at the start or at a number of the log's events.
    Subscribe { query: usize, after: prop::sample::Index },
    /// A subscription is polled, whether there is something or not.
    Poll(prop::sample::Index),
    /// At most so many of what is there are taken.
    Take(prop::sample::Index, usize),
    /// A subscription is dropped, and another one begins where it stood.
    Resume(prop::sample::Index),
    /// A subscription is dropped.
    Drop(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let which = any::<prop::sample::Index>;
    prop_oneof![
        4 => (0..2_usize, 0..2_usize, any::<bool>(), 1..5_u128)
            .prop_map(|(store, stream, rare, count)| Step::Append { store, stream, rare, count }),
        2 => (0..4_usize, which()).prop_map(|(query, after)| Step::Subscribe { query, after }),
        2 => which().prop_map(Step::Poll),
        4 => (which(), 1..10_usize).prop_map(|(which, most)| Step::Take(which, most)),
        2 => which().prop_map(Step::Resume),
        1 => which().prop_map(Step::Drop),
    ]
}

const STREAMS: [&str; 2] = ["a", "b"];

fn query(number: usize) -> EventQuery {
    match number {
        0 => EventQuery::log(),
        1 => EventQuery::log().named(["Rare"]),
        2 => EventQuery::stream(cqrs_runtime::store::StreamKey::new("Account", STREAMS[0])),
        _ => EventQuery::log().named(["Rare", "Never"]).of_types(["Account"]),
    }
}

/// A subscription, and how much of the log it has taken.
struct Taking {
    query: usize,
    cursor: Cursor,
    subscription: Subscription,
}

struct Run {
    stores: [EventStore; 2],
    next: u128,
    log: Vec<StoredEvent>,
    taking: Vec<Taking>,
}

impl Run {
    async fn on(log: &Log) -> Self {
        Self { stores: [log.open().await, log.open().await], next: 1, log: Vec::new(), taking: Vec::new() }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Append { store, stream, rare, count } => self.append(store, stream, rare, count).await,
            Step::Subscribe { query, after } => self.subscribe(query, after.index(self.log.len() + 1)).await,
            Step::Poll(which) => {
                if let Some(which) = self.which(which) {
                    self.poll(which).await;
                }
            }
            Step::Take(which, most) => {
                if let Some(which) = self.which(which) {
                    self.take(which, most).await;
                }
            }
            Step::Resume(which) => {
                if let Some(which) = self.which(which) {
                    let Taking { query, cursor, .. } = self.taking.swap_remove(which);
                    self.subscribe_after(query, cursor).await;
                }
            }
            Step::Drop(which) => {
                if let Some(which) = self.which(which) {
                    self.taking.swap_remove(which);
                }
            }
        }
    }

    fn which(&self, index: prop::sample::Index) -> Option<usize> {
        (!self.taking.is_empty()).then(|| index.index(self.taking.len()))
    }

    async fn append(&mut self, store: usize, stream: usize, rare: bool, count: u128) {
        let name = if rare { "Rare" } else { "Happened" };
        let append = events(STREAMS[stream], name, self.next..self.next + count);
        self.next += count;
        self.stores[store].append(append).await.unwrap();
        let seen = self.log.last().map_or(0, |event| event.position);
        let mut new = self.stores[store].read(EventQuery::log().after_position(seen));
        while let Some(event) = new.next().await {
            self.log.push(event.unwrap());
        }
    }

    async fn subscribe(&mut self, query: usize, after: usize) {
        let start = self.stores[0].start_cursor().await.unwrap();
        let cursor = after.checked_sub(1).map_or(start, |last| start.at(&self.log[last]));
        self.subscribe_after(query, cursor).await;
    }

    async fn subscribe_after(&mut self, number: usize, cursor: Cursor) {
        let subscription = self.stores[0].subscribe_after(cursor, query(number)).await.unwrap();
        self.taking.push(Taking { query: number, cursor, subscription });
    }

    /// What a subscription has yet to take.
    fn ahead(&self, which: usize) -> Vec<StoredEvent> {
        let Taking { query, cursor, .. } = &self.taking[which];
        let wanted = |event: &&StoredEvent| {
            event.position > cursor.position
                && match query {
                    0 => true,
                    2 => event.stream.id == STREAMS[0],
                    _ => event.name == "Rare",
                }
        };
        self.log.iter().filter(wanted).cloned().collect()
    }

    async fn poll(&mut self, which: usize) {
        if self.ahead(which).is_empty() {
            assert!(is_waiting(&mut self.taking[which].subscription).await, "something comes that is not there");
        }
    }

    async fn take(&mut self, which: usize, most: usize) {
        for expected in self.ahead(which).into_iter().take(most) {
            let taking = &mut self.taking[which];
            assert_eq!(taking.subscription.next().await.unwrap().unwrap(), expected);
            taking.cursor = taking.cursor.at(&expected);
        }
    }

    /// Takes all that is left, and what is appended at the end to every query's liking.
    async fn end(mut self) {
        self.append(1, 0, true, 1).await;
        for which in 0..self.taking.len() {
            self.take(which, usize::MAX).await;
            self.poll(which).await;
        }
        for store in self.stores {
            store.close().await;
        }
    }
}

fn random_steps(cases: u32, log: impl Fn() -> Log) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let run = |steps: Vec<Step>| {
        let log = log();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut run = Run::on(&log).await;
            for step in steps {
                run.step(step).await;
            }
            run.end().await;
        });
        Ok(())
    };
    TestRunner::new(config).run(&vec(step(), 1..40), run).unwrap();
}

#[test]
fn random_steps_in_memory() {
    random_steps(200, Log::memory);
}

#[test]
fn random_steps_on_sqlite() {
    random_steps(25, Log::sqlite);
}

#[test]
fn random_steps_on_postgres() {
    let log = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(Log::postgres());
    random_steps(10, log);
}
