//! Many who follow single streams: each gets what happens to its own, and what happens elsewhere costs them nothing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use cqrs_runtime::store::{EventQuery, EventStore, StoreError, StreamKey, WriterOptions};
use futures_util::StreamExt;
use futures_util::stream::select_all;

use super::{Log, Subscription, append, is_waiting, last_error, on_each_log, take};
use crate::database::Database;
use crate::random::rng;
use crate::writer::gated::{Fate, Gated};

on_each_log! {
    each_gets_all_of_its_stream
    what_is_too_much_at_once_is_not_missed
}

fn follow(store: &EventStore, stream: &str) -> Subscription {
    store.subscribe(EventQuery::stream(StreamKey::new("Account", stream)))
}

/// Whatever is appended, to which stream, by whom, how much at once.
async fn each_gets_all_of_its_stream(log: &Log) {
    const STREAMS: usize = 12;
    let mut rng = rng();
    let stores = [log.open().await, log.open().await];
    let name = |stream: usize| format!("s{stream}");
    let mut followed = Vec::new();
    for (of, store) in stores.iter().enumerate() {
        for stream in 0..STREAMS {
            followed.push(follow(store, &name(stream)).map(move |event| (of, stream, event.unwrap())).boxed());
        }
    }
    let mut followed = select_all(followed);
    let mut written = BTreeMap::<(usize, usize), Vec<u128>>::new();
    let mut number = 0;
    for _ in 0..150 {
        let stream = rng.usize(..STREAMS);
        let count = if rng.u8(..25) == 0 { 300 } else { rng.u128(1..4) };
        append(&stores[rng.usize(..2)], &name(stream), number..number + count).await;
        for of in 0..2 {
            written.entry((of, stream)).or_default().extend(number..number + count);
        }
        number += count;
        if rng.u8(..3) > 0 {
            continue;
        }
        let mut taken = BTreeMap::<(usize, usize), Vec<u128>>::new();
        for _ in 0..written.values().map(Vec::len).sum() {
            let (of, stream, event) = followed.next().await.unwrap();
            taken.entry((of, stream)).or_default().push(event.event_id.as_u128());
        }
        assert_eq!(taken, std::mem::take(&mut written));
    }
}

/// More than is remembered of what was appended last.
async fn what_is_too_much_at_once_is_not_missed(log: &Log) {
    let store = log.open().await;
    append(&store, "b", [1]).await;
    let mut subscription = follow(&store, "b");
    assert_eq!(take(&mut subscription, 1).await, [1]);
    let mut next = 2;
    for rounds in [1, 2, 3] {
        assert!(is_waiting(&mut subscription).await);
        for _ in 0..rounds {
            append(&store, "a", next..next + 300).await;
            append(&store, "b", [next + 300]).await;
            append(&store, "a", next + 301..next + 600).await;
            next += 600;
        }
        let last = (1..=rounds).map(|round| next - 600 * round + 300);
        assert_eq!(take(&mut subscription, usize::try_from(rounds).unwrap()).await, last.rev().collect::<Vec<_>>());
    }
}

/// One that was busy elsewhere while the others were told of more than is remembered.
#[tokio::test]
async fn one_that_comes_late_misses_nothing() {
    let database = Gated::default();
    database.allow(std::iter::repeat_n(Fate::Answered, 1_000));
    let store = EventStore::with_backend(database.backend(), WriterOptions::default());
    append(&store, "b", [1]).await;
    append(&store, "c", [2]).await;
    let [mut late, mut other] = [follow(&store, "b"), follow(&store, "c")];
    assert_eq!((take(&mut late, 1).await, take(&mut other, 1).await), (vec![1], vec![2]));
    assert!(is_waiting(&mut late).await && is_waiting(&mut other).await);
    append(&store, "a", [3]).await;
    assert!(is_waiting(&mut late).await && is_waiting(&mut other).await);
    append(&store, "b", [4]).await;
    for number in 5..400 {
        append(&store, "a", [number]).await;
        assert!(is_waiting(&mut other).await);
    }
    assert_eq!(take(&mut late, 1).await, [4]);
}

/// One looks for all of them; only those read whose streams are concerned.
#[tokio::test]
async fn an_append_elsewhere_costs_no_query_each() {
    const FOLLOWERS: usize = 100;
    let database = Gated::default();
    database.allow(std::iter::repeat_n(Fate::Answered, 1_000));
    let store = EventStore::with_backend(database.backend(), WriterOptions::default());
    let mut followed = Vec::new();
    for number in 0..FOLLOWERS {
        append(&store, &format!("b{number}"), [number as u128]).await;
        let mut subscription = follow(&store, &format!("b{number}"));
        assert_eq!(take(&mut subscription, 1).await, [number as u128]);
        followed.push(subscription);
    }
    let all_wait = async |followed: &mut [Subscription]| {
        for subscription in followed {
            assert!(is_waiting(subscription).await);
        }
    };
    all_wait(&mut followed).await;
    // From the first hint on, it is known what they have seen.
    append(&store, "a", [1_000]).await;
    all_wait(&mut followed).await;
    for number in 1_001..1_011 {
        database.shown();
        append(&store, "a", [number]).await;
        all_wait(&mut followed).await;
        let shown = database.shown();
        assert!(shown <= 2, "{shown} events were read, which concern nobody");
    }
    append(&store, "b7", [2_000]).await;
    let (concerned, others) = followed[7..].split_first_mut().unwrap();
    assert_eq!(take(concerned, 1).await, [2_000]);
    all_wait(others).await;
    let shown = database.shown();
    assert!(shown <= 10, "{shown} events were read for one");
}

/// A log that has gone another way is noticed by those whose events are lost, whatever happens to their streams.
async fn a_lost_event_is_noticed(database: &Database, lose: &str, then: RangeInclusive<u128>) {
    let store = EventStore::open(&database.url).await.unwrap();
    append(&store, "a", [1]).await;
    append(&store, "b", [2]).await;
    let [mut of_a, mut of_b] = [follow(&store, "a"), follow(&store, "b")];
    assert_eq!((take(&mut of_a, 1).await, take(&mut of_b, 1).await), (vec![1], vec![2]));
    for number in 3..=4 {
        assert!(is_waiting(&mut of_b).await);
        append(&store, "a", [number]).await;
        assert_eq!(take(&mut of_a, 1).await, [number]);
    }
    assert!(is_waiting(&mut of_b).await);
    database.execute(lose).await;
    for number in then {
        append(&store, "c", [number]).await;
    }
    for (subscription, position) in [(&mut of_a, 4), (&mut of_b, 2)] {
        let error = last_error(subscription).await;
        assert!(matches!(error, StoreError::LogDiverged { cursor } if cursor.position == position), "{error:?}");
    }
    store.close().await;
}

/// The log may be shorter than it was, or longer by now.
const OTHERS: [RangeInclusive<u128>; 2] = [5..=5, 5..=8];

#[tokio::test]
async fn a_lost_event_is_noticed_on_sqlite() {
    let lose = "DROP TRIGGER cqrs_events_never_go; DELETE FROM cqrs_events WHERE position > 1;
        UPDATE sqlite_sequence SET seq = 1 WHERE name = 'cqrs_events'";
    for others in OTHERS {
        a_lost_event_is_noticed(&Database::sqlite(), lose, others).await;
    }
}

#[tokio::test]
async fn a_lost_event_is_noticed_on_postgres() {
    let lose = "ALTER TABLE cqrs_events DISABLE TRIGGER USER; DELETE FROM cqrs_events WHERE position > 1;
        ALTER SEQUENCE cqrs_events_position_seq RESTART WITH 2";
    for others in OTHERS {
        a_lost_event_is_noticed(&Database::postgres().await, lose, others).await;
    }
}
