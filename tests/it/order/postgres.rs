use cqrs_runtime::store::{EventQuery, EventStore};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use tokio::task::yield_now;

use super::nothing_appears_behind;
use crate::cluster::Cluster;
use crate::refusing;

const ELSEWHERE: &str = "CREATE TABLE elsewhere (number bigint)";
const WRITE_ELSEWHERE: &str = "INSERT INTO elsewhere VALUES (1)";

/// Ends the connection of an append that is under way, or waits for others.
const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE state = 'active' AND query LIKE '%cqrs_append%' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1";

#[tokio::test]
async fn nothing_appears_behind_a_reader_of_the_server_or_a_replica() {
    let cluster = Cluster::start();
    refusing::open(&cluster.url).await.close().await;
    let replica = cluster.replica();
    let reader = EventStore::open(&cluster.url).await.unwrap();
    let behind = EventStore::open(&replica.url).await.unwrap();
    let readers = vec![
        (reader.clone(), EventQuery::log()),
        (reader, EventQuery::log().named(["Rare"])),
        (behind.clone(), EventQuery::log()),
        (behind, EventQuery::log().named(["Rare"])),
    ];
    let other = sea_orm::Database::connect(&cluster.url).await.unwrap();
    other.execute_unprepared(ELSEWHERE).await.unwrap();
    let mut open = Some(write_elsewhere(&other).await);
    let mut count = 0;
    nothing_appears_behind(&cluster.url, readers, async || {
        count += 1;
        while !terminate_one(&other).await {
            yield_now().await;
        }
        if count % 4 == 0 {
            open.take().unwrap().commit().await.unwrap();
            open = Some(write_elsewhere(&other).await);
        }
    })
    .await;
}

/// Whether a connection was met in the midst of an append, and ended.
async fn terminate_one(connection: &DatabaseConnection) -> bool {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, TERMINATE)).await.unwrap();
    row.is_some_and(|row| row.try_get_by_index(0).unwrap())
}

/// A transaction that has written and stays open: it holds back what the server knows to be finished.
async fn write_elsewhere(connection: &DatabaseConnection) -> DatabaseTransaction {
    let transaction = connection.begin().await.unwrap();
    transaction.execute_unprepared(WRITE_ELSEWHERE).await.unwrap();
    transaction
}
