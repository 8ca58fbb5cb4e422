//! While a read model is rebuilt, what serves answers, and nothing that is appended meanwhile is lost.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{GenerationState, SwapVerdict};
use cqrs_tests::orders::{CustomerOrder, Shop, read_models};
use futures_util::future::BoxFuture;

use super::killed::{LEASE, LONG, append, start};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

const NAME: &str = "customer_order";
const TENANTS: [&str; 2] = ["", "north"];

#[tokio::test]
async fn queries_go_on_on_sqlite() {
    queries_go_on(Database::sqlite()).await;
}

#[tokio::test]
async fn queries_go_on_on_postgres() {
    queries_go_on(Database::postgres().await).await;
}

/// The rows that serve are marked, so that the others can be told from them.
async fn queries_go_on(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(5), 150).await;
    let asked = read_models(look.store.clone(), LEASE, 1_000);
    asked.catch_up(LONG).await.unwrap();
    database.execute("UPDATE customer_order_g1 SET note = 'old'").await;
    let before = answer(&asked).await;
    assert!(before.len() > 10 && before.iter().all(|row| row.note.as_deref() == Some("old")), "{before:?}");

    let (answers, after) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let hook = {
        let (asked, before, answers, after) = (asked.clone(), before.clone(), Arc::clone(&answers), Arc::clone(&after));
        move |step| {
            let (asked, before, answers, after) =
                (asked.clone(), before.clone(), Arc::clone(&answers), Arc::clone(&after));
            let stepping: BoxFuture<'static, ()> = Box::pin(async move {
                let answer = answer(&asked).await;
                if step == Step::Swapped(SwapVerdict::Serves) {
                    *after.lock().unwrap() = answer;
                } else {
                    assert_eq!(answer, before, "before {step:?}");
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
            stepping
        }
    };
    let store = stepped(&database.url, hook).await;
    read_models(store.clone(), LEASE, 10).rebuild(NAME, |_| ()).await.unwrap();
    assert!(answers.load(Ordering::Relaxed) > 30, "{answers:?}");
    let after = after.lock().unwrap().clone();
    assert_eq!(after.len(), before.len());
    assert!(after.iter().all(|row| row.note.as_deref() != Some("old")), "{after:?}");
    assert_eq!(answer(&asked).await, after);
    store.close().await;
    look.close().await;
}

/// All rows, those of each tenant in the order of their keys.
async fn answer(read_models: &ReadModels) -> Vec<CustomerOrder> {
    let mut rows = Vec::new();
    for tenant in TENANTS {
        rows.extend(read_models.query::<CustomerOrder>().tenant(tenant).limit(10_000).fetch().await.unwrap().rows);
    }
    rows
}

#[tokio::test]
async fn nothing_is_lost_on_sqlite() {
    nothing_is_lost(Database::sqlite(), false).await;
}

#[tokio::test]
async fn nothing_is_lost_on_postgres() {
    nothing_is_lost(Database::postgres().await, false).await;
}

#[tokio::test]
async fn nothing_is_lost_beside_a_live_engine_on_sqlite() {
    nothing_is_lost(Database::sqlite(), true).await;
}

#[tokio::test]
async fn nothing_is_lost_beside_a_live_engine_on_postgres() {
    nothing_is_lost(Database::postgres().await, true).await;
}

/// Events are appended between any two steps, and by another process all the time.
async fn nothing_is_lost(database: Database, live: bool) {
    let look = Arc::new(Look::of(&database).await);
    append(&look.store, &mut Shop::new(5), 100).await;
    let others = read_models(look.store.clone(), LEASE, 20);
    others.catch_up(LONG).await.unwrap();
    let appends = start(&database.url, "append", 9, LEASE, 1);
    let running = live.then(|| others.start());

    let (shop, meanwhile) = (Arc::new(tokio::sync::Mutex::new(Shop::new(6))), Arc::new(AtomicU64::new(0)));
    let hook = {
        let (look, shop, meanwhile) = (Arc::clone(&look), Arc::clone(&shop), Arc::clone(&meanwhile));
        move |step| {
            let (look, shop, meanwhile) = (Arc::clone(&look), Arc::clone(&shop), Arc::clone(&meanwhile));
            let stepping: BoxFuture<'static, ()> = Box::pin(async move {
                // There is an end to it, so that the rebuild can come to its own.
                if matches!(step, Step::Swap(_) | Step::Swapped(_)) || meanwhile.load(Ordering::Relaxed) < 60 {
                    append(&look.store, &mut *shop.lock().await, 1).await;
                    meanwhile.fetch_add(1, Ordering::Relaxed);
                }
            });
            stepping
        }
    };
    let store = stepped(&database.url, hook).await;
    let rebuilt = read_models(store.clone(), LEASE, 10).rebuild(NAME, |_| ()).await.unwrap();
    assert!(meanwhile.load(Ordering::Relaxed) >= 60);
    let states: Vec<_> = look.tables().generations(NAME).await.unwrap().iter().map(|known| known.state).collect();
    assert_eq!(states, [GenerationState::Retired, GenerationState::Serving]);
    assert_eq!(look.serving(NAME).await.key, rebuilt.generation);
    appends.end().await;
    if let Some(running) = running {
        others.wait_for_all(look.head().await, LONG).await.unwrap();
        running.stop().await;
    }
    others.catch_up(LONG).await.unwrap();
    look.all_equal_a_fold().await;
    let serving = look.serving(NAME).await;
    let lowest = look.partitions(&serving).await.iter().map(|known| known.lease.checkpoint).min();
    assert!(look.is_projected().await || lowest >= Some(look.head().await), "all is there");
    store.close().await;
}
