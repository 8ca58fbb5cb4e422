//! While a read model is rebuilt, what serves answers, and nothing that is appended meanwhile is lost.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cqrs_runtime::backend::sea_orm::ViewRow;
use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{
    Advance, AdvanceVerdict, Append, ExpectedVersion, GenerationState, NewEvent, Session, StreamKey, SwapVerdict,
    WorkerId,
};
use cqrs_tests::orders::{CustomerOrder, Shop, read_models};
use futures_util::future::BoxFuture;
use sea_orm::{DatabaseConnection, FromQueryResult, Statement};
use uuid::Uuid;

use super::killed::{LEASE, LONG, append, start};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

const NAME: &str = "customer_order";
const TENANTS: [&str; 2] = ["", "north"];
/// How many swaps come too late.
const LATE: usize = 2;

#[tokio::test]
async fn queries_go_on_on_sqlite() {
    queries_go_on(Database::sqlite()).await;
}

#[tokio::test]
async fn queries_go_on_on_postgres() {
    queries_go_on(Database::postgres().await).await;
}

/// So does the view. The rows that serve are marked, so that the others can be told from them.
async fn queries_go_on(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(5), 150).await;
    let asked = read_models(look.store.clone(), LEASE, 1_000);
    asked.catch_up(LONG).await.unwrap();
    database.execute("UPDATE customer_order_g1 SET note = 'old'").await;
    let before = answer(&asked).await;
    assert!(before.len() > 10 && before.iter().all(|row| row.note.as_deref() == Some("old")), "{before:?}");

    let (answers, after) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let orm = sea_orm::Database::connect(&database.url).await.unwrap();
    let hook = {
        let (asked, before, answers, after) = (asked.clone(), before.clone(), Arc::clone(&answers), Arc::clone(&after));
        move |step| {
            let (asked, before, answers, after) =
                (asked.clone(), before.clone(), Arc::clone(&answers), Arc::clone(&after));
            let orm = orm.clone();
            let stepping: BoxFuture<'static, ()> = Box::pin(async move {
                let answer = answer(&asked).await;
                assert_eq!(shown(&orm).await, answer, "at {step:?}");
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

/// The same, as SeaORM reads them from the view.
async fn shown(orm: &DatabaseConnection) -> Vec<CustomerOrder> {
    let sql = "SELECT * FROM customer_order ORDER BY tenant, \"order\"";
    let statement = Statement::from_string(orm.get_database_backend(), sql);
    let rows = ViewRow::<CustomerOrder>::find_by_statement(statement).all(orm).await.unwrap();
    rows.into_iter().map(|ViewRow(row)| row).collect()
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

#[tokio::test]
async fn a_swap_that_comes_too_late_is_refused_on_sqlite() {
    a_swap_that_comes_too_late_is_refused(Database::sqlite()).await;
}

#[tokio::test]
async fn a_swap_that_comes_too_late_is_refused_on_postgres() {
    a_swap_that_comes_too_late_is_refused(Database::postgres().await).await;
}

/// Between the look at whether what was built can serve and the swap, what serves has come further.
async fn a_swap_that_comes_too_late_is_refused(database: Database) {
    let look = Arc::new(Look::of(&database).await);
    append(&look.store, &mut Shop::new(5), 60).await;
    read_models(look.store.clone(), LEASE, 20).catch_up(LONG).await.unwrap();
    let verdicts = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let (look, verdicts) = (Arc::clone(&look), Arc::clone(&verdicts));
        move |step| {
            let (look, verdicts) = (Arc::clone(&look), Arc::clone(&verdicts));
            let stepping: BoxFuture<'static, ()> = Box::pin(async move {
                match step {
                    Step::Swap(_) if verdicts.lock().unwrap().len() < LATE => what_serves_comes_further(&look).await,
                    Step::Swapped(verdict) => verdicts.lock().unwrap().push(verdict),
                    _ => {}
                }
            });
            stepping
        }
    };
    let store = stepped(&database.url, hook).await;
    read_models(store.clone(), LEASE, 10).rebuild(NAME, |_| ()).await.unwrap();
    let verdicts = verdicts.lock().unwrap().clone();
    let (late, in_time) = verdicts.split_at(LATE);
    assert!(late.iter().all(|verdict| matches!(verdict, SwapVerdict::Behind { .. })), "{verdicts:?}");
    assert_eq!(in_time, [SwapVerdict::Serves]);
    look.all_equal_a_fold().await;
    store.close().await;
}

/// Past an event that is none of the read model's.
async fn what_serves_comes_further(look: &Look) {
    let event = NewEvent::new(Uuid::now_v7(), "Happened", "{}");
    let append = Append::new(StreamKey::new("Elsewhere", "a"), ExpectedVersion::Any, vec![event]);
    let event_id = append.events[0].id;
    let position = look.store.append(append).await.unwrap().position.unwrap();
    let (tables, worker) = (look.tables(), WorkerId(Uuid::now_v7()));
    let name = look.serving(NAME).await.key.to_string();
    let leases = tables.acquire(&Session::new(&name, worker, 4, LONG)).await.unwrap();
    let steps: Vec<_> = leases.into_iter().map(|lease| Advance { lease, position, event_id }).collect();
    assert_eq!(steps.len(), 4);
    assert_eq!(tables.advance(&name, worker, &steps).await.unwrap(), AdvanceVerdict::Advanced);
    tables.release(&name, worker).await.unwrap();
}
