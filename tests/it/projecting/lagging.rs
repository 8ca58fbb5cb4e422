//! A worker of whose partitions some have come further than others, as those have that were somebody else's: no event is
//! projected twice, and none is passed over.

use std::time::Duration;

use cqrs_runtime::store::{GenerationState, Session, WorkerId};
use cqrs_tests::orders::{Shop, read_models};
use uuid::Uuid;

use super::killed::{LEASE, LONG, append};
use super::shared::{owners, within};
use super::tables::Look;
use crate::database::Database;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn on_sqlite() {
    each_goes_on_where_it_was(&Database::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    each_goes_on_where_it_was(&Database::postgres().await).await;
}

async fn each_goes_on_where_it_was(database: &Database) {
    let look = Look::of(database).await;
    let mut shop = Shop::new(3);
    append(&look.store, &mut shop, 60).await;
    read_models(look.store.clone(), LEASE, 7).catch_up(LONG).await.unwrap();
    let generations = look.generations().await;
    assert!(generations.iter().all(|known| known.state == GenerationState::Serving));
    let names: Vec<_> = generations.iter().map(|known| known.key.to_string()).collect();

    // Another worker has half of the partitions, and does nothing.
    let other = WorkerId(Uuid::from_u128(7));
    let take = async || {
        for name in &names {
            look.tables().acquire(&Session::new(name, other, 4, HOUR)).await.unwrap();
        }
    };
    take().await;
    let running = read_models(look.store.clone(), LEASE, 7).start();
    // It has given them up once there are two.
    within(async {
        loop {
            take().await;
            if owners(&look, |_| true).await.values().eq([&4, &4]) {
                break;
            }
        }
    })
    .await;
    append(&look.store, &mut shop, 100).await;
    let is_ahead = async || {
        let checkpoints = look.checkpoints().await;
        checkpoints
            .values()
            .all(|positions| positions.iter().max() > positions.iter().min().map(|min| min + 50).as_ref())
    };
    within(async {
        while !is_ahead().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
    running.stop().await;
    look.all_equal_a_fold().await;

    append(&look.store, &mut shop, 20).await;
    for name in &names {
        look.tables().release(name, other).await.unwrap();
    }
    assert!(is_ahead().await, "nobody has moved them");
    // At once: all partitions move, though most of what is read was projected in half of them.
    read_models(look.store.clone(), LEASE, usize::MAX).catch_up(LONG).await.unwrap();
    look.all_equal_a_fold().await;
    assert!(look.is_projected().await);
    look.close().await;
}
