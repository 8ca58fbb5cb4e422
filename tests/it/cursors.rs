//! A cursor resumes behind its event, and is refused by a log that does not have that event.

use std::path::Path;

use cqrs_runtime::store::{Cursor, EventQuery, EventStore, StoreError, StoredEvent};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::database::Database;

#[tokio::test]
async fn in_memory() {
    resumes_behind_its_event(&EventStore::memory()).await;
    no_other_log_takes_it(&EventStore::memory(), &EventStore::memory()).await;
}

#[tokio::test]
async fn on_sqlite() {
    let (one, other) = (Database::sqlite(), Database::sqlite());
    on_databases(&one, &other).await;
}

#[tokio::test]
async fn on_postgres() {
    let (one, other) = (Database::postgres().await, Database::postgres().await);
    on_databases(&one, &other).await;
}

async fn on_databases(one: &Database, other: &Database) {
    let (store, other) = (open(one).await, open(other).await);
    resumes_behind_its_event(&store).await;
    no_other_log_takes_it(&store, &other).await;
    let cursor = store.start_cursor().await.unwrap();
    // Another program opens the same log.
    assert_eq!(open(one).await.start_cursor().await.unwrap(), cursor);
    store.close().await;
    other.close().await;
    let error = refusal(&store, cursor).await;
    assert!(!matches!(error, StoreError::LogDiverged { .. }), "a closed store says nothing of the log: {error:?}");
}

/// On an empty log.
async fn resumes_behind_its_event(store: &EventStore) {
    let start = store.start_cursor().await.unwrap();
    assert!(ids_after(store, start).await.is_empty(), "nothing is there yet");
    append(store, "a", 1..=3).await;
    append(store, "b", 4..=5).await;
    assert_eq!(ids_after(store, start).await, [1, 2, 3, 4, 5]);
    for (event, after) in log(store).await.iter().zip([&[2, 3, 4, 5][..], &[3, 4, 5], &[4, 5], &[5], &[]]) {
        let cursor = start.at(event);
        assert_eq!((cursor.log, cursor.position, cursor.event_id), (start.log, event.position, event.event_id));
        assert_eq!(ids_after(store, cursor).await, after, "behind {event:?}");
    }
    // The cursor's event need not be one of those that are asked for.
    let third = start.at(&log(store).await[2]);
    let of_a = EventQuery::stream(cqrs_runtime::store::StreamKey::new("Account", "a"));
    assert!(ids(store, third, of_a).await.is_empty());
    // The later of two bounds counts.
    let fourth = log(store).await[3].position;
    assert_eq!(ids(store, third, EventQuery::log().after_position(fourth)).await, [5]);
    assert_eq!(ids(store, third, EventQuery::log().after_position(0)).await, [4, 5]);
    append(store, "a", 6..=6).await;
    assert_eq!(ids_after(store, third).await, [4, 5, 6], "what comes later, too");
}

/// On two logs with as many events, in `other` none yet.
async fn no_other_log_takes_it(store: &EventStore, other: &EventStore) {
    append(store, "c", 7..=7).await;
    for number in 1..=9 {
        append(other, "c", number..=number).await;
    }
    let last = log(store).await.pop().unwrap();
    let cursor = store.start_cursor().await.unwrap().at(&last);
    diverged(other, cursor).await;
    diverged(other, store.start_cursor().await.unwrap()).await;
    diverged(store, Cursor { position: cursor.position + 1, ..cursor }).await;
    diverged(store, Cursor { event_id: Uuid::from_u128(1), ..cursor }).await;
    assert!(ids_after(store, cursor).await.is_empty(), "it was the cursor that was wrong, not the log");
}

/// A backup is restored, and other events take the place of those that were lost.
#[tokio::test]
async fn an_event_that_a_restore_has_lost_is_missed() {
    let database = Database::sqlite();
    let backup = format!("{}.backup", database.path());
    let store = open(&database).await;
    append(&store, "a", 1..=2).await;
    store.close().await;
    std::fs::copy(database.path(), &backup).unwrap();

    let store = open(&database).await;
    append(&store, "a", 3..=3).await;
    let events = log(&store).await;
    let start = store.start_cursor().await.unwrap();
    let (kept, lost) = (start.at(&events[1]), start.at(&events[2]));
    store.close().await;

    assert!(!Path::new(&format!("{}-wal", database.path())).exists(), "what is restored is the file alone");
    std::fs::copy(&backup, database.path()).unwrap();
    let store = open(&database).await;
    diverged(&store, lost).await;
    append(&store, "a", 4..=4).await;
    assert_eq!(log(&store).await[2].position, lost.position, "another event has taken its place");
    diverged(&store, lost).await;
    assert_eq!(ids_after(&store, kept).await, [4]);
    store.close().await;
}

/// A cursor of the server, on a replica that has not come as far: the event is not lost, it has yet to come.
#[tokio::test]
async fn a_replica_that_lags_does_not_say_that_the_log_has_diverged() {
    let cluster = Cluster::start();
    let store = EventStore::open(&cluster.url).await.unwrap();
    append(&store, "a", 1..=1).await;
    let replica = cluster.replica();
    let behind = EventStore::open(&replica.url).await.unwrap();
    let other = sea_orm::Database::connect(&replica.url).await.unwrap();
    other.execute_unprepared("SELECT pg_wal_replay_pause()").await.unwrap();
    let paused = Statement::from_string(
        DbBackend::Postgres,
        "SELECT true FROM (SELECT pg_get_wal_replay_pause_state() AS state) replay WHERE state = 'paused'",
    );
    while other.query_one_raw(paused.clone()).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    append(&store, "a", 2..=3).await;
    let events = log(&store).await;
    let start = store.start_cursor().await.unwrap();
    let (there, to_come) = (start.at(&events[0]), start.at(&events[1]));
    assert!(ids_after(&behind, there).await.is_empty());
    let error = refusal(&behind, to_come).await;
    let head = there.position;
    assert!(matches!(&error, StoreError::Lagging { cursor, head: end } if *cursor == to_come && *end == head));
    assert!(error.is_retryable(), "{error:?}");
    // What is there already has diverged, if it is something else.
    diverged(&behind, Cursor { event_id: Uuid::from_u128(9), ..there }).await;
    diverged(&store, Cursor { position: events[2].position + 1, ..to_come }).await;

    other.execute_unprepared("SELECT pg_wal_replay_resume()").await.unwrap();
    while behind.head().await.unwrap().position < events[2].position {
        tokio::task::yield_now().await;
    }
    assert_eq!(ids_after(&behind, to_come).await, [3]);
    diverged(&behind, Cursor { event_id: Uuid::from_u128(9), ..to_come }).await;
    store.close().await;
    behind.close().await;
}

async fn open(database: &Database) -> EventStore {
    EventStore::open(&database.url).await.unwrap()
}

async fn append(store: &EventStore, stream: &str, events: impl IntoIterator<Item = u128>) {
    let one = |event| crate::writer::append(stream, event);
    for append in events.into_iter().map(one) {
        store.append(append).await.unwrap();
    }
}

async fn log(store: &EventStore) -> Vec<StoredEvent> {
    store.read(EventQuery::log()).try_collect().await.unwrap()
}

async fn ids_after(store: &EventStore, cursor: Cursor) -> Vec<u128> {
    ids(store, cursor, EventQuery::log()).await
}

async fn ids(store: &EventStore, cursor: Cursor, query: EventQuery) -> Vec<u128> {
    let events = store.read_after(cursor, query).await.unwrap();
    events.map_ok(|event| event.event_id.as_u128()).try_collect().await.unwrap()
}

async fn refusal(store: &EventStore, cursor: Cursor) -> StoreError {
    match store.read_after(cursor, EventQuery::log()).await {
        Ok(_) => panic!("the log takes {cursor:?}"),
        Err(error) => error,
    }
}

async fn diverged(store: &EventStore, cursor: Cursor) {
    let error = refusal(store, cursor).await;
    assert!(matches!(&error, StoreError::LogDiverged { cursor: of } if *of == cursor), "{cursor:?}: {error:?}");
    assert!(!error.is_retryable(), "the log won't come back");
}
