//! How a subscription ends: where its query does, with the store, or with the log.

use std::time::Duration;

use cqrs_runtime::store::{EventQuery, EventStore, StoreError, StreamKey, WriterOptions};
use futures_util::StreamExt;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::{Log, append, events, is_waiting, last_error, on_each_log, take};
use crate::database::Database;
use crate::writer::gated::{Fate, Gated};

on_each_log! {
    with_its_query
    with_the_store
}

async fn with_its_query(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=2).await;
    let of_a = EventQuery::stream(StreamKey::new("Account", "a"));
    let two = store.head().await.unwrap().position;
    let queries = [
        EventQuery::log().limit(3),
        EventQuery::log().to_position(two + 1),
        of_a.clone().to_version(3),
        of_a.clone().to_position(two + 1),
        of_a.limit(3),
        // It goes forwards all the same.
        EventQuery::log().backwards().limit(3),
    ];
    let mut subscriptions = queries.map(|query| store.subscribe(query));
    for subscription in &mut subscriptions {
        assert_eq!(take(subscription, 2).await, [1, 2]);
    }
    append(&store, "a", 3..=4).await;
    for subscription in &mut subscriptions {
        assert_eq!(take(subscription, 1).await, [3]);
        assert!(subscription.next().await.is_none());
    }
    assert!(store.subscribe(EventQuery::log().limit(0)).next().await.is_none());
}

async fn with_the_store(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=2).await;
    let mut waiting = store.subscribe(EventQuery::log());
    let mut busy = store.subscribe(EventQuery::log());
    let mut unread = store.subscribe(EventQuery::log());
    assert_eq!(take(&mut waiting, 2).await, [1, 2]);
    assert_eq!(take(&mut busy, 1).await, [1]);
    let waits = tokio::spawn(async move { last_error(&mut waiting).await });
    yield_now().await;
    store.close().await;
    assert!(matches!(waits.await.unwrap(), StoreError::Closed));
    assert_eq!(take(&mut busy, 1).await, [2], "what was read before");
    assert!(matches!(last_error(&mut busy).await, StoreError::Closed));
    assert!(matches!(last_error(&mut unread).await, StoreError::Closed));
}

/// A backup without the last event takes the log's place, and another one is appended.
async fn with_the_log(database: &Database, lose: &str) {
    let store = EventStore::open(&database.url).await.unwrap();
    append(&store, "a", [1]).await;
    store.append(events("a", "Rare", [2])).await.unwrap();
    append(&store, "a", [3]).await;
    let mut seen_all = store.subscribe(EventQuery::log());
    let mut seen_rare = store.subscribe(EventQuery::log().named(["Rare"]));
    let mut seen_none = store.subscribe(EventQuery::log());
    assert_eq!(take(&mut seen_all, 3).await, [1, 2, 3]);
    assert_eq!(take(&mut seen_rare, 1).await, [2], "and with that, it has passed the third");
    database.execute(lose).await;
    append(&store, "a", [4]).await;
    assert_eq!(super::all(&store).await[2].position, 3, "the log has gone another way");
    for subscription in [&mut seen_all, &mut seen_rare] {
        let error = last_error(subscription).await;
        assert!(matches!(error, StoreError::LogDiverged { cursor } if cursor.position == 3), "{error:?}");
    }
    assert_eq!(take(&mut seen_none, 3).await, [1, 2, 4]);
    store.close().await;
}

#[tokio::test]
async fn with_the_log_on_sqlite() {
    let lose = "DROP TRIGGER cqrs_events_never_go; DELETE FROM cqrs_events WHERE position = 3;
        UPDATE sqlite_sequence SET seq = 2 WHERE name = 'cqrs_events'";
    with_the_log(&Database::sqlite(), lose).await;
}

#[tokio::test]
async fn with_the_log_on_postgres() {
    let lose = "ALTER TABLE cqrs_events DISABLE TRIGGER USER; DELETE FROM cqrs_events WHERE position = 3;
        ALTER SEQUENCE cqrs_events_position_seq RESTART WITH 3";
    with_the_log(&Database::postgres().await, lose).await;
}

/// As long as the database can't be read, nothing is lost and nothing is final.
#[tokio::test(start_paused = true)]
async fn not_with_a_lost_connection() {
    let database = Gated::default();
    let store = EventStore::with_backend(database.backend(), WriterOptions::default());
    database.allow(std::iter::repeat_n(Fate::Answered, 5));
    append(&store, "a", [1]).await;
    let mut subscription = store.subscribe(EventQuery::log());
    assert_eq!(take(&mut subscription, 1).await, [1]);
    for number in 2..=4 {
        database.can_read(false);
        append(&store, "a", [number]).await;
        let waits = tokio::spawn(async move { (take(&mut subscription, 1).await, subscription) });
        sleep(Duration::from_hours(1)).await;
        assert!(!waits.is_finished());
        database.can_read(true);
        let taken;
        (taken, subscription) = waits.await.unwrap();
        assert_eq!(taken, [number]);
    }
    database.can_read(false);
    append(&store, "a", [5]).await;
    assert!(is_waiting(&mut subscription).await);
    store.close().await;
    assert!(matches!(last_error(&mut subscription).await, StoreError::Closed), "closing ends the tries, too");
}
