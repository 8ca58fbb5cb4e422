//! Opening databases, and what they refuse: each error has its type, and says nothing that it should not.

mod pgbouncer;
mod postgres;
mod sqlite;
mod workload;

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::DateTime;
use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{
    Append, AppendError, Backend, EventQuery, EventStore, ExpectedVersion, InvalidAppend, NewEvent, StoreError,
    StreamKey,
};
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
    let id = Uuid::now_v7();
    Append {
        stream: StreamKey::new("Account", id.to_string()),
        expected: ExpectedVersion::NoStream,
        events: vec![NewEvent { id, name: "Opened".into(), schema_version: 1, payload: "{}".to_owned() }],
        recorded_at: DateTime::UNIX_EPOCH,
        correlation_id: id,
        causation_id: id,
        principal: String::new(),
        keys: String::new(),
        claims: Vec::new(),
        receipt: None,
    }
}

/// What no store may take, because another could not give it back: refused before any is asked.
#[tokio::test]
async fn a_payload_that_is_no_json_and_keys_with_control_characters_are_refused() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres().await);
    let stores = [
        EventStore::memory(),
        EventStore::open(&sqlite.url).await.unwrap(),
        EventStore::open(&postgres.url).await.unwrap(),
    ];
    for store in stores {
        for payload in ["", "{", "{} {}", "\"\u{1e}\"", "\"\u{1f}\"", "\"\0\"", "{}\u{1e}"] {
            let mut append = append();
            append.events[0].payload = payload.to_owned();
            let id = append.events[0].id;
            let error = store.append(append).await.unwrap_err();
            let named = matches!(error, AppendError::Invalid(InvalidAppend::Payload { id: event, .. }) if event == id);
            assert!(named, "{payload:?}: {error:?}");
        }
        for character in ['\u{1e}', '\u{1f}', '\0'] {
            let error = store.append(Append { keys: format!("{{{character}}}"), ..append() }).await.unwrap_err();
            assert!(matches!(error, AppendError::Invalid(InvalidAppend::Keys)), "{character:?}: {error:?}");
        }
        assert_eq!(store.head().await.unwrap().position, 0);
        store.append(append()).await.unwrap();
        store.close().await;
    }
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

async fn a_newer_schema_is_refused(database: &Database) {
    opened(database).await.close().await;
    database
        .execute(
            "INSERT INTO cqrs_migrations (version, name, applied_at) SELECT 99, name, applied_at FROM cqrs_migrations",
        )
        .await;
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::NewerSchema { found: 99, known: 1 }), "{error:?}");
}

async fn a_missing_table_is_found_at_the_start(database: &Database, table: &str, behavior: &str) {
    let backend = opened(database).await;
    database.execute(&format!("DROP TABLE {table} {behavior}")).await;
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::Missing(_)), "without {table}: {error:?}");
    assert!(messages(&error).contains(table), "{error:?}");
    backend.close().await;
}
