use std::path::Path;
use std::time::Duration;

use cqrs_runtime::store::{CommitError, EventStore};
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::workload::Workload;
use super::*;

const TABLES: [&str; 10] = [
    "cqrs_events",
    "cqrs_receipts",
    "cqrs_claims",
    "cqrs_snapshots",
    "cqrs_log",
    "cqrs_workers",
    "cqrs_checkpoints",
    "cqrs_generations",
    "cqrs_dead_letters",
    "cqrs_changes",
];

/// A file that the first program has written an event to.
const FIRST_SCHEMA: &str = concat!(
    include_str!("../../../cqrs-runtime/src/backend/sea_orm/sqlite/0001_event_store.sql"),
    "CREATE TABLE cqrs_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
    INSERT INTO cqrs_migrations VALUES (1, 'event store', 0);
    INSERT INTO cqrs_events VALUES (1, '', 'Account', 'a', 1, randomblob(16), 'Opened', 1, '{}', zeroblob(16), zeroblob(16), '', '{}', 0);"
);

/// What changes events; a replacement may meet them at their position, their id, or their place in the stream.
const CHANGES: [&str; 5] = [
    "UPDATE cqrs_events SET payload = ''",
    "DELETE FROM cqrs_events",
    "REPLACE INTO cqrs_events SELECT position, tenant, stream_type, stream_id, version + 1, randomblob(16), name, \
        schema_version, '', correlation_id, causation_id, principal, keys, recorded_at FROM cqrs_events",
    "INSERT OR REPLACE INTO cqrs_events SELECT NULL, tenant, stream_type, stream_id, version + 1, event_id, name, \
        schema_version, '', correlation_id, causation_id, principal, keys, recorded_at FROM cqrs_events",
    "INSERT OR REPLACE INTO cqrs_events SELECT NULL, tenant, stream_type, stream_id, version, randomblob(16), name, \
        schema_version, '', correlation_id, causation_id, principal, keys, recorded_at FROM cqrs_events",
];

#[tokio::test]
async fn events_are_immutable() {
    super::events_are_immutable(&Database::sqlite(), &CHANGES).await;
}

#[tokio::test]
async fn a_file_of_the_first_schema_is_migrated() {
    let database = Database::sqlite();
    crate::database::execute(&format!("{}?mode=rwc", database.url), FIRST_SCHEMA).await;
    let backend = opened(&database).await;
    for change in CHANGES {
        assert!(database.try_execute(change).await.is_err(), "{change}");
    }
    write(&*backend).await;
    assert_eq!((count(&*backend).await, database.count("cqrs_migrations").await), (2, 3));
}

#[tokio::test]
async fn many_open_at_once() {
    super::many_open_at_once(&Database::sqlite()).await;
}

#[tokio::test]
async fn no_time_is_too_long() {
    super::no_time_is_too_long(&Database::sqlite()).await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    super::a_newer_schema_is_refused(&Database::sqlite(), 3).await;
}

#[tokio::test]
async fn a_missing_table_is_found_at_the_start() {
    for table in TABLES {
        super::a_missing_table_is_found_at_the_start(&Database::sqlite(), table, "").await;
    }
    let database = Database::sqlite();
    opened(&database).await.close().await;
    database.execute("DROP VIEW cqrs_clock").await;
    assert!(matches!(refusal(&database.url, &Options::default()).await, StoreError::Missing(_)));
}

#[tokio::test]
async fn a_sequence_behind_the_log_is_refused() {
    let database = Database::sqlite();
    let backend = opened(&database).await;
    for _ in 0..3 {
        write(&*backend).await;
    }
    database.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'cqrs_events'").await;
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::SequenceBehind { next: 2, head: 3 }), "{error:?}");
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite://log.db?mode=memory"] {
        let error = refusal(url, &Options::default()).await;
        assert!(
            matches!(error, StoreError::InMemory) && error.to_string().contains("EventStore::memory()"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_address_without_a_file_is_refused() {
    for url in ["sqlite:", "sqlite://", "sqlite://?mode=rwc"] {
        let error = refusal(url, &Options::default()).await;
        assert!(matches!(error, StoreError::Address { .. }), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_made_only_if_asked() {
    let database = Database::sqlite();
    let existing = Options { create_if_missing: false, ..Options::default() };
    let error = refusal(&database.url, &existing).await;
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    let error = refusal(&format!("{}?mode=rw", database.url), &Options::default()).await;
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    assert!(!Path::new(database.path()).exists());
    open(&format!("{}?mode=rwc", database.url), &Options::default()).await.unwrap().close().await;
    open(&database.url, &existing).await.unwrap();
}

#[tokio::test]
async fn a_file_that_can_not_be_opened_is_named() {
    let database = Database::sqlite();
    let folder = Path::new(database.path()).parent().unwrap().join("no such folder");
    let url = format!("sqlite://{}", folder.join("bank.db").display());
    let error = refusal(&url, &Options::default()).await;
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    let reason = format!("the file `{0}/bank.db` can't be opened: there is no folder `{0}`", folder.display());
    assert!(messages(&error).contains(&reason), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let database = Database::sqlite();
    std::fs::write(database.path(), "not a database, but long enough to be taken for one. ".repeat(100)).unwrap();
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_opened_for_reading_is_only_read() {
    let database = Database::sqlite();
    let read_only = format!("{}?mode=ro", database.url);
    assert!(open(&read_only, &Options::default()).await.is_err(), "there is nothing to read");
    let writer = opened(&database).await;
    write(&*writer).await;
    let reader = open(&read_only, &Options::default()).await.unwrap();
    assert_eq!(count(&*reader).await, 1);
    let refused = reader.commit(Uuid::now_v7(), &[append()]).await;
    assert!(matches!(refused, Err(CommitError::Refused(StoreError::ReadOnly(_)))), "{refused:?}");
    assert_eq!(count(&*writer).await, 1);
}

#[tokio::test]
async fn a_lock_of_another_process_is_waited_for() {
    let database = Database::sqlite();
    let impatient = Options { busy_timeout: Duration::from_millis(1), ..Options::default() };
    let backend = open(&database.url, &impatient).await.unwrap();
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let lock = other.begin().await.unwrap();
    lock.execute_unprepared("UPDATE cqrs_log SET settled = settled").await.unwrap();
    let refused = backend.commit(Uuid::now_v7(), &[append()]).await;
    assert!(matches!(refused, Err(CommitError::Refused(StoreError::Busy(_)))), "{refused:?}");
    let unsettled = backend.settle(Uuid::now_v7()).await;
    assert!(matches!(unsettled, Err(StoreError::Busy(_))), "{unsettled:?}");
    lock.rollback().await.unwrap();
    backend.settle(Uuid::now_v7()).await.unwrap();
    write(&*backend).await;
    assert_eq!(count(&*backend).await, 1);
}

/// Readers and the writer don't wait for each other, and a position is never given again.
#[tokio::test]
async fn a_file_has_a_write_ahead_log_and_counts_positions_on() {
    let database = Database::sqlite();
    let backend = opened(&database).await;
    write(&*backend).await;
    assert_eq!(database.count("pragma_journal_mode WHERE journal_mode = 'wal'").await, 1);
    database.execute("DROP TRIGGER cqrs_events_never_go; DELETE FROM cqrs_events").await;
    write(&*backend).await;
    assert_eq!(backend.head().await.unwrap().position, 2);
}

#[tokio::test]
async fn a_refused_batch_leaves_nothing_open() {
    let database = Database::sqlite();
    let backend = opened(&database).await;
    database
        .execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON cqrs_events WHEN NEW.name = 'Refused' BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        .await;
    let mut poisoned = append();
    poisoned.events[0].name = "Refused".into();
    let refused = backend.commit(Uuid::now_v7(), &[append(), poisoned]).await;
    assert!(matches!(refused, Err(CommitError::Refused(StoreError::Refused(_)))), "{refused:?}");
    assert_eq!(count(&*backend).await, 0);
    write(&*backend).await;
    assert_eq!(count(&*opened(&database).await).await, 1);
}

/// As two processes do: each has a connection of its own that writes.
#[tokio::test]
async fn two_stores_write_one_file_at_once() {
    let database = Database::sqlite();
    let open = || EventStore::open(&database.url);
    let stores = [open().await.unwrap(), open().await.unwrap()];
    Workload::default().run(&stores, 8, 40).await;
    for store in stores {
        store.close().await;
    }
}
