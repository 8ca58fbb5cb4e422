//! Subscribers that come, go, fail and lose their partitions at random, against what the log and the checkpoints say.

use std::collections::{HashMap, HashSet};
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

use super::super::{all, events};

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
    /// The positions that it was given and may confirm.
    had: HashSet<u64>,
    /// The last position that it was given of a partition in an epoch, and whether the partition was its own then.
    given: HashMap<(u32, u64), (u64, bool)>,
}

struct World {
    backend: Arc<MemoryBackend>,
    store: EventStore,
    taking: [Option<Taking>; 3],
    /// Where the checkpoints stood before the last act.
    before: Vec<u64>,
    /// Whether only every other event is wanted.
    wants_half: bool,
    appended: u128,
    lease_time: Duration,
    clock: ManualClock,
}

impl World {
    /// Subscribers ask for partitions at each step, or once.
    fn new(asks_often: bool, wants_half: bool) -> Self {
        // Its time stands still, so that sessions end only when they are told to.
        let clock = ManualClock::at("2026-03-01T10:00:00Z");
        let backend = Arc::new(MemoryBackend::with_clock(Arc::new(clock.clone())));
        let lease_time = if asks_often { Duration::from_micros(4) } else { Duration::from_hours(24) };
        let store = EventStore::with_backend(Arc::clone(&backend) as Arc<dyn Backend>, WriterOptions::default());
        let before = vec![0; PARTITIONS as usize];
        Self { backend, store, taking: [None, None, None], before, wants_half, appended: 0, lease_time, clock }
    }

    async fn run(&mut self, act: Act) {
        let mut confirmed = HashSet::new();
        match act {
            Act::Append(stream) => {
                self.appended += 1;
                let name = if self.appended.is_multiple_of(2) { "Wanted" } else { "Happened" };
                self.store.append(events(STREAMS[stream], name, [self.appended])).await.unwrap();
            }
            Act::Open(who) => self.open(who).await,
            Act::Next(who) => {
                self.next(who).await;
            }
            Act::Confirm(who) => confirmed = self.confirm(who, 0).await,
            Act::ConfirmEarlier(who) => confirmed = self.confirm(who, 1).await,
            Act::Rewind(who) => {
                if let Some(taking) = &mut self.taking[who] {
                    taking.subscriber.rewind();
                    taking.given.clear();
                    taking.events.clear();
                    taking.had.clear();
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
        self.nothing_is_passed(&confirmed).await;
    }

    async fn open(&mut self, who: usize) {
        let query = if self.wants_half { EventQuery::log().named(["Wanted"]) } else { EventQuery::log() };
        let named = self.store.durable_subscription("mails", query).partitions(PARTITIONS);
        let subscriber = named.lease_time(self.lease_time).open().await.unwrap();
        self.taking[who] = Some(Taking { subscriber, events: Vec::new(), had: HashSet::new(), given: HashMap::new() });
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
        let log = self.wanted().await;
        let partition = partition_of(&event);
        let Checkpoint { lease, worker, .. } = self.checkpoints().await[partition as usize];
        let taking = self.taking[who].as_mut().unwrap();
        let is_own = worker == Some(taking.subscriber.worker());
        let given = taking.given.iter().filter(|((of, _), _)| *of == partition).map(|(_, (position, _))| *position);
        let behind = given.max().unwrap_or(0);
        let first_behind = |position: u64| {
            let mut rest = log.iter().filter(|known| known.position > position && partition_of(known) == partition);
            rest.next().map(|known| known.position)
        };
        let mut expected = match taking.given.get(&(partition, lease.epoch)) {
            // Nothing comes again under a lease that it still has.
            Some((last, true)) if is_own => vec![(*last).max(lease.checkpoint)],
            _ => vec![behind.max(lease.checkpoint), lease.checkpoint],
        };
        if !is_own {
            // Who has lost the partition and does not know may still be given what it has read.
            expected.push(behind);
        }
        let expected: Vec<_> = expected.into_iter().map(first_behind).collect();
        assert!(expected.contains(&Some(event.position)), "{} was given, and not one of {expected:?}", event.position);
        taking.given.insert((partition, lease.epoch), (event.position, is_own));
        taking.had.insert(event.position);
        taking.events.push(event);
        true
    }

    /// The events that are wanted.
    async fn wanted(&self) -> Vec<StoredEvent> {
        let mut log = all(&self.store).await;
        log.retain(|event| !self.wants_half || event.name == "Wanted");
        log
    }

    /// Confirms an event: the positions that it may pass by that.
    async fn confirm(&mut self, who: usize, earlier: usize) -> HashSet<u64> {
        let Some(taking) = &mut self.taking[who] else { return HashSet::new() };
        let Some(event) = taking.events.iter().rev().nth(earlier).cloned() else { return HashSet::new() };
        let confirmed = taking.subscriber.confirm(&event).await;
        let checkpoint = self.checkpoints().await[partition_of(&event) as usize].lease.checkpoint;
        let taking = self.taking[who].as_mut().unwrap();
        match confirmed {
            Ok(()) => {
                assert!(checkpoint >= event.position, "it is not kept");
                taking.had.iter().copied().filter(|position| *position <= event.position).collect()
            }
            Err(SubscriptionError::LeaseLost { position }) => {
                assert_eq!(position, event.position);
                taking.given.clear();
                taking.events.clear();
                taking.had.remove(&position);
                HashSet::new()
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Checkpoints pass what has just been confirmed, and what nobody wants.
    async fn nothing_is_passed(&mut self, confirmed: &HashSet<u64>) {
        let reached: Vec<_> = self.checkpoints().await.iter().map(|known| known.lease.checkpoint).collect();
        for event in self.wanted().await {
            let partition = partition_of(&event) as usize;
            let Some(reached) = reached.get(partition) else { continue };
            let passed = (self.before[partition] + 1..=*reached).contains(&event.position);
            assert!(!passed || confirmed.contains(&event.position), "{} was passed over", event.position);
        }
        for (before, reached) in self.before.iter_mut().zip(reached) {
            assert!(*before <= reached, "a checkpoint was at {before} and is at {reached}");
            *before = reached;
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
        let end = all(&self.store).await.last().map_or(0, |event| event.position);
        let wanted = self.wanted().await;
        let last = |partition: u32| {
            wanted.iter().rev().find(|event| partition_of(event) == partition).map_or(0, |event| event.position)
        };
        let reached = self.before.clone();
        for (partition, checkpoint) in (0..).zip(reached) {
            assert!((last(partition)..=end).contains(&checkpoint), "partition {partition} is at {checkpoint}");
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
        TestRunner::new(config).run(&(any::<[bool; 2]>(), prop::collection::vec(act(), 1..60)), |(how, acts)| {
            let [asks_often, wants_half] = how;
            runtime.block_on(async {
                let mut world = World::new(asks_often, wants_half);
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
