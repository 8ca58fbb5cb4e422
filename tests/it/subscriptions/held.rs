//! Transactions that stay open: those that hold the log, and those that have nothing to do with it.

use cqrs_runtime::store::{EventQuery, EventStore};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::{append, is_waiting, take};
use crate::database::Database;

/// What another process writes in a transaction that it does not end yet: the event with the number 100.
const INSERT: &str = "INSERT INTO cqrs_events
    (tenant, stream_type, stream_id, version, event_id, name, schema_version, payload, recorded_at, correlation_id,
     causation_id, principal, keys)
    VALUES ('', 'Account', 'held', 1,";

/// A connection with a transaction that holds the log and has written to it.
async fn held(database: &Database) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(&database.url);
    options.max_connections(1);
    let connection = sea_orm::Database::connect(options).await.unwrap();
    let sqlite = database.url.starts_with("sqlite:");
    let (begin, values) = if sqlite {
        (
            "BEGIN IMMEDIATE".to_owned(),
            format!("x'{:032x}', 'Happened', 1, '{{}}', 0, zeroblob(16), zeroblob(16), '', '')", 100),
        )
    } else {
        let id = uuid::Uuid::from_u128(100);
        (
            "BEGIN; SELECT pg_advisory_xact_lock(cqrs_lock_key())".to_owned(),
            format!("'{id}', 'Happened', 1, '{{}}', now(), '{id}', '{id}', '', '')"),
        )
    };
    connection.execute_unprepared(&begin).await.unwrap();
    connection.execute_unprepared(&format!("{INSERT} {values}")).await.unwrap();
    connection
}

/// The other transaction ends with `end`; `held_events` are then those of it.
async fn waits_for_the_log(database: &Database, end: &str, held_events: &[u128]) {
    let store = EventStore::open(&database.url).await.unwrap();
    append(&store, "a", [1]).await;
    let mut subscription = store.subscribe(EventQuery::log());
    assert_eq!(take(&mut subscription, 1).await, [1]);
    let other = held(database).await;
    let late = {
        let store = store.clone();
        tokio::spawn(async move { append(&store, "a", [2]).await })
    };
    // Another subscriber finds as much, and waits as well.
    let mut second = store.subscribe(EventQuery::log());
    assert_eq!(take(&mut second, 1).await, [1]);
    assert!(is_waiting(&mut subscription).await && is_waiting(&mut second).await);
    other.execute_unprepared(end).await.unwrap();
    other.close().await.unwrap();
    late.await.unwrap();
    let expected: Vec<_> = held_events.iter().copied().chain([2]).collect();
    for subscription in [&mut subscription, &mut second] {
        assert_eq!(take(subscription, expected.len()).await, expected);
    }
    append(&store, "a", [3]).await;
    for subscription in [&mut subscription, &mut second] {
        assert_eq!(take(subscription, 1).await, [3]);
    }
    store.close().await;
}

#[tokio::test]
async fn the_holder_commits_on_sqlite() {
    waits_for_the_log(&Database::sqlite(), "COMMIT", &[100]).await;
}

#[tokio::test]
async fn the_holder_rolls_back_on_sqlite() {
    waits_for_the_log(&Database::sqlite(), "ROLLBACK", &[]).await;
}

#[tokio::test]
async fn the_holder_commits_on_postgres() {
    waits_for_the_log(&Database::postgres().await, "COMMIT", &[100]).await;
}

/// The position that it had taken stays empty.
#[tokio::test]
async fn the_holder_rolls_back_on_postgres() {
    waits_for_the_log(&Database::postgres().await, "ROLLBACK", &[]).await;
}

/// However old the oldest transaction of the server is, events are seen when they are committed.
#[tokio::test]
async fn a_long_transaction_elsewhere_holds_nothing_up() {
    let database = Database::postgres().await;
    database.execute("CREATE TABLE elsewhere (number bigint)").await;
    let store = EventStore::open(&database.url).await.unwrap();
    let mut subscription = store.subscribe(EventQuery::log());
    assert!(is_waiting(&mut subscription).await);
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let open = sea_orm::TransactionTrait::begin(&other).await.unwrap();
    open.execute_unprepared("INSERT INTO elsewhere VALUES (1)").await.unwrap();
    for number in 1..=5 {
        append(&store, "a", [number]).await;
        assert_eq!(take(&mut subscription, 1).await, [number]);
    }
    open.commit().await.unwrap();
    append(&store, "a", [6]).await;
    assert_eq!(take(&mut subscription, 1).await, [6]);
    store.close().await;
}
