//! Several workers of one process share the partitions of its read models, live and while they are rebuilt.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use cqrs_runtime::projection::{EngineOptions, ReadModels, RetryPolicy};
use cqrs_runtime::store::EventStore;
use cqrs_tests::orders::{CustomerOrder, Payment, Shop};
use futures_util::future::BoxFuture;

use super::killed::{LEASE, LONG, append};
use super::shared::{owners, within};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

const NAME: &str = "customer_order";

fn read_models(store: EventStore, workers: u32) -> ReadModels {
    let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
    let options = EngineOptions {
        workers,
        lease_time: LEASE,
        batch_events: 5,
        rows_in_memory: 100,
        retry,
        ..EngineOptions::default()
    };
    ReadModels::new(store).with::<CustomerOrder>().with::<Payment>().options(options)
}

#[tokio::test]
async fn they_share_on_sqlite() {
    they_share(&Database::sqlite()).await;
}

#[tokio::test]
async fn they_share_on_postgres() {
    they_share(&Database::postgres().await).await;
}

async fn they_share(database: &Database) {
    let look = Look::of(database).await;
    let mut shop = Shop::new(0);
    append(&look.store, &mut shop, 200).await;
    let read_models = read_models(look.store.clone(), 2);
    read_models.prepare().await.unwrap();
    let running = read_models.start();
    within(owners(&look, |shares| shares.values().eq([&4, &4]))).await;
    append(&look.store, &mut shop, 200).await;
    read_models.wait_for_all(look.head().await, LONG).await.unwrap();
    running.stop().await;
    look.all_equal_a_fold().await;
    assert!(look.is_projected().await);
    look.close().await;
}

#[tokio::test]
async fn they_rebuild_together_on_sqlite() {
    they_rebuild_together(&Database::sqlite()).await;
}

#[tokio::test]
async fn they_rebuild_together_on_postgres() {
    they_rebuild_together(&Database::postgres().await).await;
}

async fn they_rebuild_together(database: &Database) {
    let look = Arc::new(Look::of(database).await);
    let mut shop = Shop::new(0);
    append(&look.store, &mut shop, 200).await;
    read_models(look.store.clone(), 1).catch_up(LONG).await.unwrap();
    let (writers, shop) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(tokio::sync::Mutex::new(shop)));
    let (others, appending) = (Arc::clone(&writers), Arc::clone(&look));
    let store = stepped(&database.url, move |step| -> BoxFuture<'static, ()> {
        let Step::Write(_, worker, _) = step else { return Box::pin(std::future::ready(())) };
        let alone = {
            let mut others = others.lock().unwrap();
            others.insert(worker);
            others.len() == 1
        };
        let (look, shop) = (Arc::clone(&appending), Arc::clone(&shop));
        Box::pin(async move {
            // There is an end to it only once another one takes part.
            if alone {
                append(&look.store, &mut *shop.lock().await, 5).await;
            }
        })
    })
    .await;
    let mut told = 0;
    let rebuilt = read_models(store.clone(), 3).rebuild(NAME, |progress| told = progress.events).await.unwrap();
    assert!(writers.lock().unwrap().len() > 1);
    let projected: u64 = look.number("SELECT count(*) FROM cqrs_events").await.try_into().unwrap();
    assert!((200..=projected).contains(&rebuilt.events) && told <= rebuilt.events, "{rebuilt:?}, {told}, {projected}");
    store.close().await;
    read_models(look.store.clone(), 1).catch_up(LONG).await.unwrap();
    look.all_equal_a_fold().await;
    look.store.close().await;
}
