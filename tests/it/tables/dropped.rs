//! Dropping a generation while a worker asks for its partitions, one step after the other: on a server, where both can be
//! under way at once.

use cqrs_runtime::store::{Lease, StoreError};
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use tokio::time::timeout;

use super::wide::Wide;
use super::{Fixture, HOUR, session};
use crate::projecting::killed::LONG;

/// A transaction beside the backend's, in which a call has been made.
async fn under_way(fixture: &Fixture, call: &str) -> DatabaseTransaction {
    let other = sea_orm::Database::connect(&fixture.database.url).await.unwrap();
    let transaction = other.begin().await.unwrap();
    transaction.execute_unprepared(call).await.unwrap();
    transaction
}

/// Waits until somebody waits for a lock.
async fn waits(fixture: &Fixture) {
    let waits = async {
        while fixture.database.count("pg_locks WHERE NOT granted").await == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, waits).await.expect("it waits");
}

/// A worker that asks beside what is under way; what it has in the end.
async fn asks_beside(fixture: &Fixture, ends: impl Future<Output = ()>) -> Vec<Lease> {
    let backend = fixture.again().await;
    let key = fixture.tables().generations("wide").await.unwrap().remove(0).key;
    let asking = tokio::spawn(async move { backend.acquire(&session(&key, 2)).await });
    waits(fixture).await;
    ends.await;
    timeout(HOUR, asking).await.unwrap().unwrap().unwrap()
}

/// Nothing is left that belongs to the generation, but that it was there.
async fn is_gone(fixture: &Fixture) {
    for left in ["cqrs_checkpoints", "cqrs_workers", "pg_tables WHERE tablename = 'wide_g1'"] {
        assert_eq!(fixture.database.count(left).await, 0, "{left}");
    }
    assert_eq!(fixture.database.count("cqrs_generations WHERE state = 'dropped'").await, 1);
}

const DROP: &str = "SELECT cqrs_drop_generation('wide', 1, 60000)";

#[tokio::test]
async fn who_asks_while_it_is_dropped_finds_it_gone() {
    let fixture = Fixture::postgres().await;
    let filling = fixture.filling(&Wide::shape()).await;
    filling.tables.release(&filling.key.to_string(), filling.worker).await.unwrap();
    let dropping = under_way(&fixture, DROP).await;
    let leases = asks_beside(&fixture, async { dropping.commit().await.unwrap() }).await;
    assert_eq!(leases, []);
    is_gone(&fixture).await;
}

#[tokio::test]
async fn who_asks_while_it_was_to_be_dropped_has_it() {
    let fixture = Fixture::postgres().await;
    fixture.create(&Wide::shape()).await;
    let dropping = under_way(&fixture, DROP).await;
    let leases = asks_beside(&fixture, async { dropping.rollback().await.unwrap() }).await;
    assert_eq!(leases.len(), 4);
}

/// The first worker of all: there is no partition before it.
#[tokio::test]
async fn who_drops_it_while_somebody_asks_leaves_nothing_of_either() {
    let fixture = Fixture::postgres().await;
    let generation = fixture.create(&Wide::shape()).await;
    let worker = session(&generation.key, 2).worker.0;
    let ask = format!(
        "SELECT cqrs_acquire('{}', '{worker}', 4, 3600000000, 0, '{}', true)",
        generation.key,
        uuid::Uuid::nil()
    );
    let asking = under_way(&fixture, &ask).await;
    let backend = fixture.again().await;
    let key = generation.key.clone();
    let dropping = tokio::spawn(async move { backend.tables().unwrap().drop_generation(&key).await });
    waits(&fixture).await;
    asking.commit().await.unwrap();
    match dropping.await.unwrap() {
        Ok(()) => {}
        // It does not wait for long, and may be asked for again.
        Err(error) => {
            assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
            fixture.tables().drop_generation(&generation.key).await.unwrap();
        }
    }
    is_gone(&fixture).await;
    assert_eq!(fixture.tables().acquire(&session(&generation.key, 2)).await.unwrap(), []);
}
