//! A reader never finds an unseen event behind its cursor, while 8 processes append, conflict, roll back and are killed.

mod postgres;
mod readers;
mod sqlite;
pub(crate) mod writers;

use std::collections::{HashMap, HashSet};

use cqrs_runtime::store::{EventQuery, EventStore, StoredEvent};
use fastrand::Rng;
use futures_util::TryStreamExt;
use uuid::Uuid;

use self::readers::Reader;
use self::writers::{Said, Writers};

const SEED: u64 = 20_261_121;
const KILLS: usize = 24;

/// Follows the log at `url` with `readers`, the first of which sets the pace, kills writers and lets `disturb` do more.
async fn nothing_appears_behind(url: &str, readers: Vec<(EventStore, EventQuery)>, mut disturb: impl AsyncFnMut()) {
    let mut rng = Rng::with_seed(SEED);
    let mut readers: Vec<_> = readers.into_iter().map(|(store, query)| Reader::start(store, query)).collect();
    let mut writers = Writers::start(url, rng.fork());
    let mut seen = 0;
    for _ in 0..KILLS {
        seen += rng.usize(10..120);
        readers[0].has_seen(seen).await;
        writers.kill_one().await;
        disturb().await;
    }
    let said = writers.end().await;
    let store = EventStore::open(url).await.unwrap();
    let log: Vec<_> = store.read(EventQuery::log()).try_collect().await.unwrap();
    for reader in readers {
        compare(&reader.query().clone(), &reader.all(&log).await, &log);
    }
    streams_are_in_order(&log);
    what_was_said_is_true(&said, &log);
}

fn compare(query: &EventQuery, seen: &[(u64, Uuid)], log: &[StoredEvent]) {
    let wanted = |event: &&StoredEvent| query.names.is_empty() || query.names.iter().any(|name| *name == event.name);
    let there: Vec<_> = log.iter().filter(wanted).map(|event| (event.position, event.event_id)).collect();
    let known: HashSet<_> = seen.iter().collect();
    let missed: Vec<_> = there.iter().filter(|event| !known.contains(event)).collect();
    assert!(missed.is_empty(), "appeared behind the cursor: {} of {}, {missed:?}", missed.len(), there.len());
    assert!(seen == there, "seen was more than there is, or in another order");
}

pub(crate) fn streams_are_in_order(log: &[StoredEvent]) {
    let mut versions = HashMap::new();
    for event in log {
        let version = versions.entry(&event.stream).or_insert(0);
        *version += 1;
        assert_eq!(event.version, *version, "of {} at position {}", event.stream, event.position);
    }
}

fn what_was_said_is_true(said: &Said, log: &[StoredEvent]) {
    let ids: HashSet<_> = log.iter().map(|event| event.event_id).collect();
    let lost: Vec<_> = said.written.difference(&ids).collect();
    assert!(lost.is_empty() && !said.written.is_empty(), "accepted, but not in the log: {lost:?}");
    let found: Vec<_> = said.not_written.intersection(&ids).collect();
    assert!(found.is_empty() && !said.not_written.is_empty(), "refused, but in the log: {found:?}");
}
