//! Rebuilds that are interrupted, cancelled, of nothing, of another version, and of the same read model at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{CatchUpError, QueryError, ReadModels, Readiness, RebuildError};
use cqrs_runtime::store::{GenerationState, StoreError};
use cqrs_tests::orders::{Order, OrderId, OrderPlaced, Payment, Shop, read_models};
use futures_util::future::{BoxFuture, pending};
use tokio::sync::Notify;

use super::killed::{LEASE, LONG, append};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

const NAME: &str = "customer_order";

#[tokio::test]
async fn one_that_was_dropped_goes_on_on_sqlite() {
    dropped(Database::sqlite(), true).await;
}

#[tokio::test]
async fn one_that_was_dropped_goes_on_on_postgres() {
    dropped(Database::postgres().await, true).await;
}

#[tokio::test]
async fn one_that_was_cancelled_leaves_nothing_on_sqlite() {
    dropped(Database::sqlite(), false).await;
}

#[tokio::test]
async fn one_that_was_cancelled_leaves_nothing_on_postgres() {
    dropped(Database::postgres().await, false).await;
}

/// A rebuild is dropped in the middle; then it goes on, or what it has made is dropped as well.
async fn dropped(database: Database, goes_on: bool) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(2), 150).await;
    read_models(look.store.clone(), LEASE, 1_000).catch_up(LONG).await.unwrap();
    let stuck = Arc::new(Notify::new());
    let store = stepped(&database.url, sticks_at(9, Arc::clone(&stuck))).await;
    let rebuilding = read_models(store.clone(), LEASE, 5);
    tokio::select! {
        rebuilt = rebuilding.rebuild(NAME, |_| ()) => panic!("{rebuilt:?}"),
        () = stuck.notified() => {}
    }
    let found = look.all_equal_a_fold().await["customer_order@2"].clone();
    assert!(found.iter().all(|position| (1..100).contains(position)), "{found:?}");
    if !goes_on {
        let building = look.tables().generations(NAME).await.unwrap().pop().unwrap();
        look.tables().drop_generation(&building.key).await.unwrap();
        nothing_is_left(&look, 2).await;
    }

    let starts = Arc::new(Mutex::new(Vec::new()));
    let again = stepped(&database.url, notes_where_it_starts(Arc::clone(&starts))).await;
    let rebuilt = read_models(again.clone(), LEASE, 5).rebuild(NAME, |_| ()).await.unwrap();
    let (generation, first) = (rebuilt.generation.number, starts.lock().unwrap().first().copied());
    if goes_on {
        assert_eq!((generation, first), (2, found.iter().copied().min()));
    } else {
        assert_eq!((generation, first), (3, Some(0)));
    }
    look.all_equal_a_fold().await;
    again.close().await;
    store.close().await;
    look.close().await;
}

pub(super) type Stepping = BoxFuture<'static, ()>;

/// A hook that never lets the write of a number go on.
pub(super) fn sticks_at(number: usize, stuck: Arc<Notify>) -> impl Fn(Step) -> Stepping {
    let writes = AtomicUsize::new(0);
    move |step| {
        let sticks = matches!(step, Step::Write(..)) && writes.fetch_add(1, Ordering::Relaxed) == number;
        let stuck = Arc::clone(&stuck);
        Box::pin(async move {
            if sticks {
                stuck.notify_one();
                pending::<()>().await;
            }
        })
    }
}

/// A hook that notes from which checkpoints the writes start.
pub(super) fn notes_where_it_starts(starts: Arc<Mutex<Vec<u64>>>) -> impl Fn(Step) -> Stepping {
    move |step| {
        if let Step::Write(_, _, steps) = step {
            starts.lock().unwrap().extend(steps.iter().map(|step| step.lease.checkpoint).min());
        }
        Box::pin(async {})
    }
}

/// Neither tables nor notes of a generation are there any more.
async fn nothing_is_left(look: &Look, number: u32) {
    let name = format!("{NAME}@{number}");
    assert!(look.generations().await.iter().all(|known| known.key.to_string() != name));
    for table in ["cqrs_checkpoints", "cqrs_workers", "cqrs_dead_letters", "cqrs_changes"] {
        assert_eq!(look.number(&format!("SELECT count(*) FROM {table} WHERE name = '{name}'")).await, 0, "{table}");
    }
    for table in ["customer_order", "customer_name"] {
        assert!(!look.has_table(&format!("{table}_g{number}")).await, "{table}");
    }
}

#[tokio::test]
async fn one_whose_generation_is_dropped_ends_on_sqlite() {
    its_generation_is_dropped(Database::sqlite()).await;
}

#[tokio::test]
async fn one_whose_generation_is_dropped_ends_on_postgres() {
    its_generation_is_dropped(Database::postgres().await).await;
}

/// Somebody cancels a rebuild that another process is at.
async fn its_generation_is_dropped(database: Database) {
    let look = Arc::new(Look::of(&database).await);
    append(&look.store, &mut Shop::new(2), 150).await;
    read_models(look.store.clone(), LEASE, 1_000).catch_up(LONG).await.unwrap();
    let writes = Arc::new(AtomicUsize::new(0));
    let hook = {
        let look = Arc::clone(&look);
        move |step| -> Stepping {
            let (look, writes) = (Arc::clone(&look), Arc::clone(&writes));
            Box::pin(async move {
                if let Step::Write(key, ..) = step
                    && writes.fetch_add(1, Ordering::Relaxed) == 5
                {
                    look.tables().drop_generation(&key).await.unwrap();
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let error = read_models(store.clone(), LEASE, 5).rebuild(NAME, |_| ()).await.unwrap_err();
    assert!(matches!(error, RebuildError::Cancelled { name: NAME }), "{error:?}");
    nothing_is_left(&look, 2).await;
    look.all_equal_a_fold().await;
    store.close().await;
}

#[tokio::test]
async fn there_may_be_no_events_on_sqlite() {
    there_are_no_events(Database::sqlite()).await;
}

#[tokio::test]
async fn there_may_be_no_events_on_postgres() {
    there_are_no_events(Database::postgres().await).await;
}

async fn there_are_no_events(database: Database) {
    let look = Look::of(&database).await;
    let read_models = read_models(look.store.clone(), LEASE, 10);
    read_models.catch_up(LONG).await.unwrap();
    assert_eq!(read_models.query::<Payment>().fetch().await.unwrap().rows, []);
    let rebuilt = read_models.rebuild("payment", |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.events), (2, 0));
    assert_eq!(read_models.query::<Payment>().fetch().await.unwrap().rows, []);
    // Nor any that concern it.
    look.store.append(Shop::new(1).renames()).await.unwrap();
    read_models.rebuild("payment", |_| ()).await.unwrap();
    read_models.catch_up(LONG).await.unwrap();
    assert_eq!(read_models.query::<Payment>().fetch().await.unwrap().rows, []);
    look.all_equal_a_fold().await;
    look.close().await;
}

/// The payments, as another version of the program has them.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "payment", version = 2, events(Order(OrderPlaced)))]
struct NewPayment {
    #[read_model(key)]
    order: OrderId,
    amount: i64,
}

impl Project<OrderPlaced> for NewPayment {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
        let order = row.id()?;
        row.insert(|| Self { order, amount: event.amount })
    }
}

#[tokio::test]
async fn another_version_is_not_served_silently_on_sqlite() {
    another_version(Database::sqlite()).await;
}

#[tokio::test]
async fn another_version_is_not_served_silently_on_postgres() {
    another_version(Database::postgres().await).await;
}

async fn another_version(database: Database) {
    let look = Look::of(&database).await;
    let mut shop = Shop::new(4);
    append(&look.store, &mut shop, 80).await;
    let old = read_models(look.store.clone(), LEASE, 10);
    old.catch_up(LONG).await.unwrap();
    let running = old.start();
    let rows = old.query::<Payment>().limit(1_000).fetch().await.unwrap().rows;
    assert!(!rows.is_empty());

    let new = ReadModels::new(look.store.clone()).with::<NewPayment>();
    assert_eq!(new.prepare().await.unwrap(), [("payment", Readiness::Changed)]);
    let refused = new.query::<NewPayment>().fetch().await.unwrap_err();
    assert!(matches!(refused, QueryError::Store(StoreError::NotServed { .. })), "{refused:?}");
    let refused = new.catch_up(LONG).await.unwrap_err();
    assert!(matches!(refused, CatchUpError::Changed { ref names } if names == &["payment"]), "{refused:?}");
    assert_eq!(look.tables().generations("payment").await.unwrap().len(), 1, "nothing is built unasked");

    new.rebuild("payment", |_| ()).await.unwrap();
    assert_eq!(new.prepare().await.unwrap(), [("payment", Readiness::Serves)]);
    let placed = new.query::<NewPayment>().counted().fetch().await.unwrap().count;
    assert!(placed > Some(0), "{placed:?}");
    append(&look.store, &mut shop, 40).await;
    old.wait_for_all(look.head().await, LONG).await.unwrap();
    assert!(old.query::<Payment>().limit(1_000).fetch().await.unwrap().rows.len() > rows.len(), "the old one goes on");
    running.stop().await;
    look.close().await;
}

#[tokio::test]
async fn two_at_once_end_well_on_sqlite() {
    two_at_once(Database::sqlite()).await;
}

#[tokio::test]
async fn two_at_once_end_well_on_postgres() {
    two_at_once(Database::postgres().await).await;
}

async fn two_at_once(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(8), 250).await;
    let (one, other) = (Look::of(&database).await, Look::of(&database).await);
    for round in 1..=3 {
        let rebuilding = [&one, &other].map(|look| read_models(look.store.clone(), LEASE, 4));
        let (one, other) = tokio::join!(rebuilding[0].rebuild(NAME, |_| ()), rebuilding[1].rebuild(NAME, |_| ()));
        let (one, other) = (one.unwrap(), other.unwrap());
        let generations = look.tables().generations(NAME).await.unwrap();
        let serve = generations.iter().filter(|known| known.state == GenerationState::Serving).count();
        let build = generations.iter().filter(|known| known.state == GenerationState::Building).count();
        assert_eq!((serve, build), (1, 0), "in round {round}: {generations:?}");
        assert_eq!(one.generation, other.generation, "they share the work");
        assert_eq!(one.events + other.events, 250, "and none is done twice");
        look.all_equal_a_fold().await;
    }
    for look in [look, one, other] {
        look.close().await;
    }
}
