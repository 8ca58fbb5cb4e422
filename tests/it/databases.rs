//! Opening databases, and what they refuse: each error has its type, and says nothing that it should not.

mod addresses;
mod cancelled;
mod collisions;
mod damaged_file;
mod impossible_times;
mod invalid;
mod large;
mod neighbours;
mod pages;
pub(crate) mod pgbouncer;
mod postgres;
mod sqlite;
mod workload;

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{Append, Backend, EventQuery, EventStore, ExpectedVersion, NewEvent, StoreError, StreamKey};
use uuid::Uuid;

use crate::database::Database;

async fn opened(database: &Database) -> Arc<dyn Backend> {
    open(&database.url, &Options::default()).await.unwrap()
}

async fn refusal(url: &str, options: &Options) -> StoreError {
    match open(url, options).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

/// An append of one event to a stream of its own.
fn append() -> Append {
    let event = NewEvent::new(Uuid::now_v7(), "Opened", "{}");
    Append::new(StreamKey::new("Account", event.id.to_string()), ExpectedVersion::NoStream, vec![event])
}

async fn write(backend: &dyn Backend) {
    backend.commit(Uuid::now_v7(), &[append()]).await.unwrap();
}

async fn count(backend: &dyn Backend) -> usize {
    let mut count = 0;
    let sink = &mut |_: cqrs_runtime::event::RawEvent<'_>| {
        count += 1;
        ControlFlow::Continue(())
    };
    backend.read(&EventQuery::log(), sink).await.unwrap();
    count
}

/// Who opens a store holds little of what that takes in a future of their own.
#[test]
fn opening_takes_little_room() {
    let size = size_of_val(&EventStore::open("sqlite://bank.db"));
    assert!(size < 1_024, "{size} bytes");
}

/// The whole chain of messages.
fn messages(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

async fn events_are_immutable(database: &Database, statements: &[&str]) {
    let backend = opened(database).await;
    write(&*backend).await;
    for statement in statements {
        let refused = database.try_execute(statement).await.unwrap_err();
        assert!(messages(&refused).contains("events are immutable"), "{statement}: {refused:?}");
    }
    assert_eq!(count(&*backend).await, 1);
}

async fn many_open_at_once(database: &Database) {
    let openings = (0..8).map(|_| {
        let url = database.url.clone();
        tokio::spawn(async move { open(&url, &Options::default()).await })
    });
    let mut logs = Vec::new();
    for opening in openings.collect::<Vec<_>>() {
        let backend = opening.await.unwrap().unwrap();
        write(&*backend).await;
        logs.push(backend.head().await.unwrap().log);
    }
    logs.dedup();
    assert_eq!(logs.len(), 1, "one log has one identity");
    assert_eq!(count(&*opened(database).await).await, 8);
}

/// As `Duration::MAX` for "without end".
async fn no_time_is_too_long(database: &Database) {
    let longest = Duration::MAX;
    let options = Options {
        busy_timeout: longest,
        connect_timeout: longest,
        commit_timeout: longest,
        read_timeout: longest,
        ..Options::default()
    };
    let backend = open(&database.url, &options).await.unwrap();
    write(&*backend).await;
    assert_eq!(count(&*backend).await, 1);
    backend.close().await;
}

async fn a_newer_schema_is_refused(database: &Database, latest: i64) {
    opened(database).await.close().await;
    database
        .execute(
            "INSERT INTO cqrs_migrations (version, name, applied_at) SELECT 99, name, applied_at FROM cqrs_migrations WHERE version = 1",
        )
        .await;
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::NewerSchema { found: 99, known } if known == latest), "{error:?}");
}

async fn a_missing_table_is_found_at_the_start(database: &Database, table: &str, behavior: &str) {
    let backend = opened(database).await;
    database.execute(&format!("DROP TABLE {table} {behavior}")).await;
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::Missing(_)), "without {table}: {error:?}");
    assert!(messages(&error).contains(table), "{error:?}");
    backend.close().await;
}
