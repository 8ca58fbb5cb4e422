//! Closing the store, and letting go of hints.

use std::path::Path;

use cqrs_runtime::store::{EventStore, StoreError};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::task::yield_now;

use super::{append, is_told, told};
use crate::database::Database;

async fn ends_who_waits(store: EventStore) {
    let (mut waiting, mut busy) = (store.hints(), store.hints());
    let waits = tokio::spawn(async move { waiting.next().await });
    append(&store).await;
    waits.await.unwrap().unwrap();
    let mut waiting = store.hints();
    let waits = tokio::spawn(async move { waiting.next().await });
    yield_now().await;
    store.close().await;
    assert!(matches!(waits.await.unwrap(), Err(StoreError::Closed)));
    assert!(matches!(busy.next().await, Err(StoreError::Closed)));
    assert!(matches!(busy.next().await, Err(StoreError::Closed)));
    assert!(matches!(store.hints().next().await, Err(StoreError::Closed)));
    store.close().await;
}

#[tokio::test]
async fn closing_ends_who_waits_in_memory() {
    ends_who_waits(EventStore::memory()).await;
}

#[tokio::test]
async fn closing_ends_who_waits_on_sqlite() {
    let database = Database::sqlite();
    ends_who_waits(told(&database.url).await).await;
    assert!(!Path::new(&format!("{}-wal", database.path())).exists(), "a connection has been left open");
}

#[tokio::test]
async fn closing_ends_who_waits_on_postgres() {
    let database = Database::postgres().await;
    ends_who_waits(told(&database.url).await).await;
    let server = sea_orm::Database::connect(&database.url).await.unwrap();
    assert_eq!(count(&server, "true").await, 0, "connections have been left open");
    server.close().await.unwrap();
}

#[tokio::test]
async fn the_connection_that_listens_goes_with_the_last_hints() {
    let database = Database::postgres().await;
    let (here, elsewhere) = (told(&database.url).await, told(&database.url).await);
    let server = sea_orm::Database::connect(&database.url).await.unwrap();
    for _ in 0..2 {
        let (mut hints, others) = (here.hints(), here.hints());
        is_told(&mut hints, &elsewhere).await;
        listeners(&server, 1).await;
        drop(others);
        is_told(&mut hints, &elsewhere).await;
        drop(hints);
        listeners(&server, 0).await;
    }
    here.close().await;
    elsewhere.close().await;
    server.close().await.unwrap();
}

/// The runtime goes with all that it has: nothing panics.
#[test]
fn a_runtime_that_ends_takes_the_listener_along() {
    let database = {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let database = Database::postgres().await;
            let (here, elsewhere) = (told(&database.url).await, told(&database.url).await);
            let mut hints = here.hints();
            is_told(&mut hints, &elsewhere).await;
            database
        })
    };
    drop(database);
}

/// Waits until so many connections listen.
pub(super) async fn listeners(server: &DatabaseConnection, wanted: i64) {
    while count(server, "query LIKE 'LISTEN%' OR query LIKE 'UNLISTEN%'").await != wanted {
        yield_now().await;
    }
}

async fn count(server: &DatabaseConnection, which: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND ({which})"
    );
    let count = server.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    count.try_get_by_index(0).unwrap()
}
