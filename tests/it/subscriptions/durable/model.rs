//! Subscribers that come, go, fail and lose their partitions at random, against what the log and the checkpoints say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cqrs_runtime::store::{
    Backend, Checkpoint, EventQuery, EventStore, Leases, MemoryBackend, Sequence, StoredEvent, WriterOptions,
};
use cqrs_runtime::subscription::{Subscriber, SubscriptionError};
use cqrs_runtime::testing::ManualClock;
use futures_util::FutureExt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::task::yield_now;

use super::super::{all, append};

const PARTITIONS: u32 = 3;
const STREAMS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const NAME: &str = "subscription mails";

#[derive(Clone, Copy, Debug)]
enum Act {
    Append(usize),
    Open(usize),
    Next(usize),
    Confirm(usize),
    /// An event that was given out before the last one.
    ConfirmEarlier(usize),
    Rewind(usize),
    Drop(usize),
    Close(usize),
    /// The session of whoever has a partition ends, without its knowing.
    Expire(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..3_usize;
    prop_oneof![
        4 => (0..STREAMS.len()).prop_map(Act::Append),
        2 => who.clone().prop_map(Act::Open),
        8 => who.clone().prop_map(Act::Next),
        4 => who.clone().prop_map(Act::Confirm),
        1 => who.clone().prop_map(Act::ConfirmEarlier),
        1 => who.clone().prop_map(Act::Rewind),
        1 => who.clone().prop_map(Act::Drop),
        1 => who.prop_map(Act::Close),
        1 => (0..PARTITIONS as usize).prop_map(Act::Expire),
    ]
}

/// A subscriber, and what it was given.
struct Taking {
    subscriber: Subscriber,
    /// The last events that it was given.
    events: Vec<StoredEvent>,
    /// The last position that it was given of a partition in an epoch.
    given: HashMap<(u32, u64), u64>,
}

struct World {
    backend: Arc<MemoryBackend>,
    store: EventStore,
    taking: [Option<Taking>; 3],
    /// The positions that somebody was given.
    ever: Vec<u64>,
    appended: u128,
    lease_time: Duration,
    clock: ManualClock,
}

impl World {
    /// Subscribers ask for partitions at each step, or once.
    fn new(asks_often: bool) -> Self {
        // Its time stands still, so that sessions end only when they are told to.
        let clock = ManualClock::at("2026-03-01T10:00:00Z");
        let backend = Arc::new(MemoryBackend::with_clock(Arc::new(clock.clone())));
        let lease_time = if asks_often { Duration::from_micros(4) } else { Duration::from_hours(24) };
        let store = EventStore::with_backend(Arc::clone(&backend) as Arc<dyn Backend>, WriterOptions::default());
        Self { backend, store, taking: [None, None, None], ever: Vec::new(), appended: 0, lease_time, clock }
    }

    async fn run(&mut self, act: Act) {
        match act {
            Act::Append(stream) => {
                self.appended += 1;
                append(&self.store, STREAMS[stream], [self.appended]).await;
            }
            Act::Open(who) => self.open(who).await,
            Act::Next(who) => {
                self.next(who).await;
            }
            Act::Confirm(who) => self.confirm(who, 0).await,
            Act::ConfirmEarlier(who) => self.confirm(who, 1).await,
            Act::Rewind(who) => {
                if let Some(taking) = &mut self.taking[who] {
                    taking.subscriber.rewind();
                    taking.given.clear();
                    taking.events.clear();
                }
            }
            Act::Drop(who) => self.taking[who] = None,
            Act::Close(who) => {
                if let Some(taking) = self.taking[who].take() {
                    taking.subscriber.close().await.unwrap();
                }
            }
            Act::Expire(partition) => {
                let owner = self.checkpoints().await.get(partition).and_then(|known| known.worker);
                if let Some(owner) = owner {
                    self.backend.heartbeat(owner, Duration::ZERO).await.unwrap();
                }
            }
        }
        self.nothing_is_passed().await;
    }

    async fn open(&mut self, who: usize) {
        let named = self.store.durable_subscription("mails", EventQuery::log()).partitions(PARTITIONS);
        let subscriber = named.lease_time(self.lease_time).open().await.unwrap();
        self.taking[who] = Some(Taking { subscriber, events: Vec::new(), given: HashMap::new() });
    }

    async fn checkpoints(&self) -> Vec<Checkpoint> {
        self.backend.checkpoints(NAME).await.unwrap()
    }

    /// Takes an event, if one comes; it must be the one behind what was given or confirmed.
    async fn next(&mut self, who: usize) -> bool {
        let Some(taking) = &mut self.taking[who] else { return false };
        let mut event = None;
        for _ in 0..20 {
            event = taking.subscriber.next().now_or_never();
            if event.is_some() {
                break;
            }
            yield_now().await;
        }
        let Some(event) = event else { return false };
        let event = event.unwrap();
        let log = all(&self.store).await;
        let partition = partition_of(&event);
        let checkpoints = self.checkpoints().await;
        let lease = checkpoints[partition as usize].lease;
        let taking = self.taking[who].as_mut().unwrap();
        // Who has lost the partition and does not know may still be given what it has read.
        let given = taking.given.iter().filter(|((of, _), _)| *of == partition).map(|(_, position)| *position).max();
        let behind = given.unwrap_or(0);
        let first_behind = |position: u64| {
            let mut rest = log.iter().filter(|known| known.position > position && partition_of(known) == partition);
            rest.next().map(|known| known.position)
        };
        let expected =
            [first_behind(behind), first_behind(behind.max(lease.checkpoint)), first_behind(lease.checkpoint)];
        assert!(expected.contains(&Some(event.position)), "{} was given, and not one of {expected:?}", event.position);
        taking.given.insert((partition, lease.epoch), event.position);
        self.ever.push(event.position);
        taking.events.push(event);
        true
    }

    async fn confirm(&mut self, who: usize, earlier: usize) {
        let Some(taking) = &mut self.taking[who] else { return };
        let Some(event) = taking.events.iter().rev().nth(earlier).cloned() else { return };
        let confirmed = taking.subscriber.confirm(&event).await;
        let checkpoint = self.checkpoints().await[partition_of(&event) as usize].lease.checkpoint;
        let taking = self.taking[who].as_mut().unwrap();
        match confirmed {
            Ok(()) => assert!(checkpoint >= event.position, "it is not kept"),
            Err(SubscriptionError::LeaseLost { position }) => {
                assert_eq!(position, event.position);
                taking.given.clear();
                taking.events.clear();
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    /// No checkpoint is past an event that nobody was given.
    async fn nothing_is_passed(&self) {
        let checkpoints = self.checkpoints().await;
        for event in all(&self.store).await {
            let Some(known) = checkpoints.get(partition_of(&event) as usize) else { continue };
            let passed = known.lease.checkpoint >= event.position;
            assert!(!passed || self.ever.contains(&event.position), "{} was passed over", event.position);
        }
    }

    /// In the end, one subscriber gets all that is left.
    async fn drain(&mut self) {
        for who in 0..3 {
            self.run(Act::Close(who)).await;
        }
        // Those that were dropped without a word give no sign of life.
        self.clock.advance(TimeDelta::days(2));
        self.run(Act::Open(0)).await;
        while self.next(0).await {
            self.run(Act::Confirm(0)).await;
        }
        let left: Vec<_> = all(&self.store).await.iter().map(|event| event.position).collect();
        assert!(left.iter().all(|position| self.ever.contains(position)), "{left:?} were not all given");
        let end = left.last().copied().unwrap_or(0);
        let reached: Vec<_> = self.checkpoints().await.iter().map(|known| known.lease.checkpoint).collect();
        let last = |partition: u32, log: &[StoredEvent]| {
            log.iter().rev().find(|event| partition_of(event) == partition).map_or(0, |event| event.position)
        };
        let log = all(&self.store).await;
        for (partition, checkpoint) in (0..).zip(reached) {
            assert!((last(partition, &log)..=end).contains(&checkpoint), "partition {partition} is at {checkpoint}");
        }
    }
}

fn partition_of(event: &StoredEvent) -> u32 {
    let stream = &event.stream;
    Sequence::of_stream(&stream.tenant, &stream.stream_type, &stream.id).partition(PARTITIONS)
}

#[test]
fn nothing_is_missed_or_given_out_of_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let outcome =
        TestRunner::new(config).run(&(any::<bool>(), prop::collection::vec(act(), 1..60)), |(asks_often, acts)| {
            runtime.block_on(async {
                let mut world = World::new(asks_often);
                for act in acts {
                    world.run(act).await;
                }
                world.drain().await;
                world.store.close().await;
            });
            Ok(())
        });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
