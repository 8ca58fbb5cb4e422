use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::*;
use crate::database::Database;

async fn opened(database: &Database) -> Arc<dyn Backend> {
    open(&database.url, &Options::default()).await.unwrap()
}

/// The call that a batch begins with: it moves partition 0 of the first worker from 0 to 5.
fn fence(lease: Lease) -> String {
    let (worker, epoch) = (worker(1).0, lease.epoch);
    format!(
        "cqrs_advance('{NAME}', '{worker}', '{{0}}', '{{{epoch}}}', '{{0}}', '{{5}}', ARRAY[gen_random_uuid()], false)"
    )
}

/// A worker whose session expires while its batch commits loses no partition before the commit has ended.
#[tokio::test]
async fn a_commit_under_way_is_passed_over() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    let leases = acquire(&*backend, 1).await;
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let under_way = other.begin().await.unwrap();
    under_way.execute_unprepared(&format!("SELECT {}", fence(leases[0]))).await.unwrap();
    backend.heartbeat(worker(1), Duration::ZERO).await.unwrap();
    let partitions = |leases: Vec<Lease>| leases.iter().map(|lease| lease.partition).collect::<Vec<_>>();
    assert_eq!(partitions(acquire(&*backend, 2).await), [1, 2, 3]);
    under_way.commit().await.unwrap();
    let leases = acquire(&*backend, 2).await;
    assert_eq!((leases[0].partition, leases[0].epoch, leases[0].checkpoint), (0, 2, 5));
    other.close().await.unwrap();
    backend.close().await;
}

/// A worker whose partition is being taken waits for how that ends.
#[tokio::test]
async fn a_takeover_under_way_is_waited_for() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    let leases = acquire(&*backend, 1).await;
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let under_way = other.begin().await.unwrap();
    let take = "UPDATE cqrs_checkpoints SET worker = gen_random_uuid(), epoch = epoch + 1 WHERE partition = 0";
    under_way.execute_unprepared(take).await.unwrap();
    let (late, step) = (Arc::clone(&backend), to(leases[0], 5));
    let late = tokio::spawn(async move { advance(&*late, 1, &[step]).await });
    while database.count("pg_locks WHERE NOT granted").await == 0 {
        tokio::task::yield_now().await;
    }
    under_way.commit().await.unwrap();
    assert_eq!(late.await.unwrap(), AdvanceVerdict::LeaseLost);
    other.close().await.unwrap();
    backend.close().await;
}

/// Whatever a batch writes beside the call or behind it is written with the checkpoint, or not at all.
#[tokio::test]
async fn nothing_is_written_past_a_lost_lease() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    let leases = acquire(&*backend, 1).await;
    database.execute("CREATE TABLE seen (number int)").await;
    let beside =
        format!("WITH fence AS MATERIALIZED (SELECT {}) INSERT INTO seen SELECT 1 FROM fence", fence(leases[0]));
    let behind = format!("BEGIN; SELECT {}; INSERT INTO seen VALUES (2); COMMIT", fence(leases[0]));
    backend.heartbeat(worker(1), Duration::ZERO).await.unwrap();
    for statements in [&beside, &behind] {
        assert!(database.try_execute(statements).await.is_err(), "{statements}");
    }
    assert_eq!(database.count("seen").await, 0);
    acquire(&*backend, 1).await;
    database.execute(&beside).await;
    assert!(database.try_execute(&behind).await.is_err(), "the checkpoint has moved");
    assert_eq!(database.count("seen").await, 1);
    backend.close().await;
}

/// The server's default is another isolation level.
#[tokio::test]
async fn any_default_isolation_will_do() {
    let database = Database::postgres().await;
    let name = database.url.rsplit_once('/').unwrap().1;
    database.execute(&format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")).await;
    let backend = opened(&database).await;
    let leases = acquire(&*backend, 1).await;
    assert_eq!(advance(&*backend, 1, &[to(leases[0], 1)]).await, AdvanceVerdict::Advanced);
    backend.close().await;
}

#[tokio::test]
async fn a_database_that_is_only_read_is_told() {
    let database = Database::postgres().await;
    let leases = acquire(&*opened(&database).await, 1).await;
    let name = database.url.rsplit_once('/').unwrap().1;
    database.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    let reader = opened(&database).await;
    super::sqlite::refuses_to_write(&*reader, leases[0]).await;
    assert_eq!(reader.checkpoints(NAME).await.unwrap().len(), 4);
    reader.close().await;
}
