//! Whoever dies, the others have its partitions within the lease time, by the database's clock.

use std::time::Duration;

use cqrs_tests::orders::Shop;

use super::killed::{LONG, append, start};
use super::tables::Look;
use crate::database::Database;

const LEASE: Duration = Duration::from_secs(6);
const KILLED_AT: &str = "2026-03-01T08:00:00Z";
/// Within the lease time; what is left of it is the time in which the others ask, a sixth.
const FREE_AT: &str = "2026-03-01T08:00:05Z";

#[tokio::test]
async fn on_sqlite() {
    within_the_lease_time(Database::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    within_the_lease_time(Database::postgres().await).await;
}

async fn within_the_lease_time(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(0), 100).await;
    database.set_clock(KILLED_AT).await;
    let killed = start(&database.url, "project", 0, LEASE, 10);
    until(&look, |owners| owners == 8).await;
    let first = owners(&look).await[0];
    let stays = start(&database.url, "project", 0, LEASE, 10);
    // The other one has its half only once the first has given it up.
    tokio::time::timeout(LONG, async {
        while owners(&look).await.iter().filter(|owner| **owner != first).count() != 4 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("they share");
    killed.kill().await;
    database.set_clock(FREE_AT).await;
    tokio::time::timeout(LONG, async {
        while owners(&look).await.contains(&first) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("they are taken over");
    until(&look, |owners| owners == 8).await;
    stays.end().await;
    look.all_equal_a_fold().await;
    look.close().await;
}

async fn until(look: &Look, so: impl Fn(usize) -> bool) {
    tokio::time::timeout(LONG, async {
        while !so(owners(look).await.len()) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it comes to that");
}

/// Who has each partition that somebody has.
async fn owners(look: &Look) -> Vec<cqrs_runtime::store::WorkerId> {
    let mut owners = Vec::new();
    for generation in look.generations().await {
        owners.extend(look.partitions(&generation).await.into_iter().filter_map(|partition| partition.worker));
    }
    owners
}
