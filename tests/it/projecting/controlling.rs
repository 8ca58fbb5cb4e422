//! Rebuilds that are given up, gone back from, and held back because of what is parked in them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{
    CatchUpError, EngineOptions, GenerationError, QueryError, ReadModels, Readiness, RebuildError, RebuildOptions,
    RetryPolicy, WaitError,
};
use cqrs_runtime::store::{EventStore, GenerationState, LetterRequest, StoreError, SwapVerdict};
use cqrs_tests::orders::{CustomerOrder, Order, OrderId, OrderPaid, OrderPlaced, Payment, Shop, read_models};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::killed::{LEASE, LONG, append};
use super::resuming::sticks_at;
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::{Database, on_both};

on_both! {
    a_rebuild_is_given_up
    one_goes_back_and_forth
    going_back_is_given_up
    what_is_kept_is_dropped
    a_worse_version_is_held_back
    what_was_left_out_stays_out
    what_is_left_out_meanwhile_holds_nothing_back
    what_waits_for_its_turn_holds_nothing_back
    going_back_is_no_rebuild
    one_that_is_given_up_as_it_is_to_serve_does_not
}

const NAME: &str = "customer_order";
const ACCEPT: RebuildOptions = RebuildOptions { accept_parked: true };
type Stepping = BoxFuture<'static, ()>;

pub(super) async fn states(look: &Look, name: &str) -> Vec<(u32, GenerationState)> {
    let known = look.tables().generations(name).await.unwrap();
    known.iter().map(|known| (known.key.number, known.state)).collect()
}

/// While its own process and the workers of another one are at it.
async fn a_rebuild_is_given_up(database: Database) {
    let look = Arc::new(Look::of(&database).await);
    let mut shop = Shop::new(2);
    append(&look.store, &mut shop, 150).await;
    let others = read_models(look.store.clone(), LEASE, 3);
    others.catch_up(LONG).await.unwrap();
    assert_eq!(others.cancel_rebuild(NAME).await.unwrap(), None);
    let unlisted = others.cancel_rebuild("nothing").await;
    assert!(matches!(unlisted, Err(GenerationError::NotListed { .. })), "{unlisted:?}");
    let running = others.start();
    let writes = Arc::new(AtomicUsize::new(0));
    let hook = {
        let (writes, others) = (Arc::clone(&writes), others.clone());
        move |step| -> Stepping {
            let (writes, others) = (Arc::clone(&writes), others.clone());
            Box::pin(async move {
                if matches!(step, Step::Write(..)) && writes.fetch_add(1, Ordering::Relaxed) == 4 {
                    let given_up = others.cancel_rebuild(NAME).await.unwrap();
                    assert_eq!(given_up.map(|key| key.number), Some(2));
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let error = read_models(store.clone(), LEASE, 3).rebuild(NAME, |_| ()).await.unwrap_err();
    assert!(matches!(error, RebuildError::Cancelled { name: NAME }), "{error:?}");
    assert_eq!(states(&look, NAME).await, [(1, GenerationState::Serving)]);
    assert!(!look.has_table("customer_order_g2").await);
    append(&look.store, &mut shop, 20).await;
    others.wait_for_all(look.head().await, LONG).await.unwrap();
    running.stop().await;
    look.all_equal_a_fold().await;
    store.close().await;
}

async fn one_goes_back_and_forth(database: Database) {
    let look = Look::of(&database).await;
    let mut shop = Shop::new(3);
    append(&look.store, &mut shop, 80).await;
    let asked = read_models(look.store.clone(), LEASE, 20);
    asked.catch_up(LONG).await.unwrap();
    let nothing = asked.roll_back(NAME, RebuildOptions::default(), |_| ()).await.unwrap_err();
    assert!(matches!(nothing, RebuildError::NothingKept { name: NAME }), "{nothing:?}");
    asked.rebuild(NAME, |_| ()).await.unwrap();
    append(&look.store, &mut shop, 60).await;
    asked.catch_up(LONG).await.unwrap();

    let mut told = Vec::new();
    let back = asked.roll_back(NAME, RebuildOptions::default(), |progress| told.push(progress)).await.unwrap();
    assert_eq!((back.generation.number, back.events > 0 && back.events <= 60), (1, true), "{back:?}");
    let last = told.last().unwrap();
    assert_eq!((last.name, last.generation, last.head), (NAME, 1, look.head().await), "{told:?}");
    assert_eq!(states(&look, NAME).await, [(1, GenerationState::Serving), (2, GenerationState::Retired)]);
    look.all_equal_a_fold().await;

    // Also while others keep what serves up to date.
    append(&look.store, &mut shop, 30).await;
    let running = asked.start();
    let forth = asked.roll_back(NAME, RebuildOptions::default(), |_| ()).await.unwrap();
    assert_eq!(forth.generation.number, 2);
    append(&look.store, &mut shop, 30).await;
    asked.wait_for_all(look.head().await, LONG).await.unwrap();
    running.stop().await;
    assert_eq!(states(&look, NAME).await, [(1, GenerationState::Retired), (2, GenerationState::Serving)]);
    look.all_equal_a_fold().await;
    look.close().await;
}

async fn going_back_is_given_up(database: Database) {
    let look = Arc::new(Look::of(&database).await);
    let mut shop = Shop::new(3);
    append(&look.store, &mut shop, 80).await;
    let asked = read_models(look.store.clone(), LEASE, 20);
    asked.catch_up(LONG).await.unwrap();
    asked.rebuild(NAME, |_| ()).await.unwrap();
    append(&look.store, &mut shop, 60).await;
    let stuck = Arc::new(Notify::new());
    let store = stepped(&database.url, sticks_at(2, Arc::clone(&stuck))).await;
    let going_back = read_models(store.clone(), LEASE, 4);
    tokio::select! {
        back = going_back.roll_back(NAME, RebuildOptions::default(), |_| ()) => panic!("{back:?}"),
        noticed = timeout(LONG, stuck.notified()) => noticed.unwrap(),
    }
    let (building, serving) = (GenerationState::Building, GenerationState::Serving);
    assert_eq!(states(&look, NAME).await, [(1, building), (2, serving)]);
    let back = asked.roll_back(NAME, RebuildOptions::default(), |_| ()).await.unwrap();
    assert_eq!(back.generation.number, 1, "it is gone on with");
    store.close().await;

    append(&look.store, &mut shop, 60).await;
    let hook = {
        let asked = asked.clone();
        move |step| -> Stepping {
            let asked = asked.clone();
            Box::pin(async move {
                if matches!(step, Step::Write(..)) {
                    asked.cancel_rebuild(NAME).await.unwrap();
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let going = read_models(store.clone(), LEASE, 4).roll_back(NAME, RebuildOptions::default(), |_| ()).await;
    assert!(matches!(going, Err(RebuildError::Cancelled { name: NAME })), "{going:?}");
    assert_eq!(states(&look, NAME).await, [(1, GenerationState::Serving), (2, GenerationState::Retired)], "it is kept");
    store.close().await;
    asked.catch_up(LONG).await.unwrap();
    assert_eq!(asked.roll_back(NAME, ACCEPT, |_| ()).await.unwrap().generation.number, 2);
    look.all_equal_a_fold().await;
}

async fn what_is_kept_is_dropped(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(3), 80).await;
    let asked = read_models(look.store.clone(), LEASE, 20);
    asked.catch_up(LONG).await.unwrap();
    for _ in 0..3 {
        asked.rebuild(NAME, |_| ()).await.unwrap();
    }
    asked.drop_generation(NAME, 2).await.unwrap();
    let gone = asked.drop_generation(NAME, 2).await;
    assert!(matches!(gone, Err(GenerationError::NotFound { name: NAME, number: 2 })), "{gone:?}");
    let serves = asked.drop_generation(NAME, 4).await;
    assert!(matches!(serves, Err(GenerationError::Store(StoreError::Serving { generation: 4, .. }))), "{serves:?}");
    let dropped: Vec<_> = asked.drop_kept(NAME).await.unwrap().into_iter().map(|key| key.number).collect();
    assert_eq!((dropped, asked.drop_kept(NAME).await.unwrap()), (vec![1, 3], Vec::new()));
    assert_eq!(states(&look, NAME).await, [(4, GenerationState::Serving)]);
    assert!(!look.has_table("customer_order_g3").await && look.has_table("customer_order_g4").await);
    assert!(!asked.query::<CustomerOrder>().fetch().await.unwrap().rows.is_empty());
    look.all_equal_a_fold().await;
    look.close().await;
}

/// The payments of a version that can't do with all orders.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "payment", version = 3, events(Order(OrderPlaced, OrderPaid)))]
struct PickyPayment {
    #[read_model(key)]
    order: OrderId,
    paid: i64,
}

impl Project<OrderPlaced> for PickyPayment {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
        let order = row.id()?;
        if event.note.is_some() {
            return Err(ProjectionError::refused("it does not like notes"));
        }
        row.insert(|| Self { order, paid: 0 })
    }
}

impl Project<OrderPaid> for PickyPayment {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPaid>) -> Result<(), ProjectionError> {
        let order = row.id()?;
        row.upsert(|| Self { order, paid: 0 }, |row| row.paid += event.amount)
    }
}

pub(super) fn picky(store: EventStore) -> ReadModels {
    picky_by(store, RetryPolicy { attempts: 1, ..RetryPolicy::default() })
}

/// The same, tried again as is said.
pub(super) fn picky_by(store: EventStore, retry: RetryPolicy) -> ReadModels {
    let options = EngineOptions { lease_time: LEASE, batch_events: 10, retry, ..EngineOptions::default() };
    ReadModels::new(store).with::<PickyPayment>().options(options)
}

async fn a_worse_version_is_held_back(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(4), 80).await;
    read_models(look.store.clone(), LEASE, 10).catch_up(LONG).await.unwrap();
    let new = picky(look.store.clone());
    let held = new.rebuild("payment", |_| ()).await.unwrap_err();
    let RebuildError::Parked { name: "payment", generation: 2, events } = held else { panic!("{held:?}") };
    let parked = new.letters_of("payment", 2).await.unwrap();
    assert!(events > 5 && events <= parked.len() as u64, "{events} of {}", parked.len());
    assert!(parked.iter().any(|letter| letter.error.contains("notes")), "{parked:?}");
    let two = [(1, GenerationState::Serving), (2, GenerationState::Building)];
    assert_eq!(states(&look, "payment").await, two);
    let refused = new.query::<PickyPayment>().fetch().await.unwrap_err();
    assert!(matches!(refused, QueryError::Store(StoreError::NotServed { .. })), "{refused:?}");

    // Nor do workers let it serve by themselves.
    let (tried, swaps) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let hook = {
        let (tried, swaps) = (Arc::clone(&tried), Arc::clone(&swaps));
        move |step| -> Stepping {
            let (tried, swaps) = (Arc::clone(&tried), Arc::clone(&swaps));
            Box::pin(async move {
                match step {
                    Step::Stood(SwapVerdict::Parked { .. }) => tried.notify_one(),
                    Step::Swap(_) => drop(swaps.fetch_add(1, Ordering::Relaxed)),
                    _ => {}
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let running = picky(store.clone()).start();
    timeout(LONG, tried.notified()).await.unwrap();
    running.stop().await;
    assert_eq!(states(&look, "payment").await, two);

    let waited = picky(store.clone()).catch_up(LONG).await.unwrap_err();
    assert_eq!(swaps.load(Ordering::Relaxed), 0, "nobody is held up by looking");
    store.close().await;
    let CatchUpError::Wait(WaitError::Parked { generation: 2, events: told, .. }) = waited else {
        panic!("{waited:?}")
    };
    assert_eq!(told, events);
    let rebuilt = new.rebuild_with("payment", ACCEPT, |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, parked.len()));
    assert_eq!(new.prepare().await.unwrap(), [("payment", Readiness::Serves)]);
    // An older program goes on with its own.
    let old = read_models(look.store.clone(), LEASE, 10);
    assert!(!old.query::<Payment>().fetch().await.unwrap().rows.is_empty());
    assert_eq!(new.rebuild("payment", |_| ()).await.unwrap().parked, parked.len(), "what was parked may be");
    look.close().await;
}

async fn what_was_left_out_stays_out(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(4), 80).await;
    let new = picky(look.store.clone());
    new.catch_up(LONG).await.unwrap();
    while let Some(first) = new.letters("payment").await.unwrap().first() {
        new.discard("payment", &first.sequence.to_string(), LONG).await.unwrap();
    }
    let discards = look.tables().discards("payment").await.unwrap();
    assert!(discards.len() > 5 && discards.iter().all(|discard| discard.error.contains("notes")), "{discards:?}");
    let rows = new.query::<PickyPayment>().limit(1_000).fetch().await.unwrap().rows;
    let rebuilt = new.rebuild("payment", |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, 0));
    assert_eq!(new.letters("payment").await.unwrap(), []);
    assert_eq!(new.query::<PickyPayment>().limit(1_000).fetch().await.unwrap().rows, rows);
    assert_eq!(look.tables().discards("payment").await.unwrap(), discards);
    look.close().await;
}

/// What is built has parked events, as what serves has, and then somebody decides that it can do without them.
async fn what_is_left_out_meanwhile_holds_nothing_back(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(4), 80).await;
    let new = picky(look.store.clone());
    new.catch_up(LONG).await.unwrap();
    let (asked, once) = (new.clone(), Arc::new(AtomicBool::new(true)));
    let store = stepped(&database.url, move |step| -> BoxFuture<'static, ()> {
        let is_first = matches!(step, Step::Swap(_)) && once.swap(false, Ordering::Relaxed);
        let asked = asked.clone();
        Box::pin(async move {
            while is_first && let Some(first) = asked.letters("payment").await.unwrap().first() {
                asked.discard("payment", &first.sequence.to_string(), LONG).await.unwrap();
            }
        })
    })
    .await;
    let rebuilt = picky(store.clone()).rebuild("payment", |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, 0));
    assert!(look.tables().discards("payment").await.unwrap().len() > 5);
    store.close().await;
    look.close().await;
}

/// More wait behind what is left out than are tried at once, without anybody having asked for them.
async fn what_waits_for_its_turn_holds_nothing_back(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(4), 150).await;
    read_models(look.store.clone(), LEASE, 10).catch_up(LONG).await.unwrap();
    let new = picky(look.store.clone());
    let held = new.rebuild("payment", |_| ()).await.unwrap_err();
    assert!(matches!(held, RebuildError::Parked { .. }), "{held:?}");
    let mut sequences = BTreeMap::new();
    for letter in new.letters_of("payment", 2).await.unwrap() {
        sequences.entry(letter.sequence).or_insert_with(Vec::new).push(letter.position);
    }
    let (longest, positions) = sequences.iter().max_by_key(|(_, positions)| positions.len()).unwrap();
    assert!(positions.len() > 3, "{sequences:?}");
    for sequence in sequences.keys().filter(|sequence| *sequence != longest) {
        new.discard("payment", &sequence.to_string(), LONG).await.unwrap();
    }
    let building = look.tables().generations("payment").await.unwrap().pop().unwrap();
    look.tables().request(&building.key, *longest, positions[0], LetterRequest::Discard).await.unwrap();
    let options = EngineOptions { lease_time: LEASE, batch_events: 1_000, batch_bytes: 1, ..EngineOptions::default() };
    let one_by_one = ReadModels::new(look.store.clone()).with::<PickyPayment>().options(options);
    let rebuilt = one_by_one.rebuild("payment", |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, 0));
    look.close().await;
}

/// What somebody was about to go back to is not taken for what is built anew.
async fn going_back_is_no_rebuild(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(3), 80).await;
    let asked = read_models(look.store.clone(), LEASE, 20);
    asked.catch_up(LONG).await.unwrap();
    asked.rebuild(NAME, |_| ()).await.unwrap();
    let first = look.tables().generations(NAME).await.unwrap().remove(0);
    let (retired, building) = (GenerationState::Retired, GenerationState::Building);
    look.tables().set_state(&first.key, retired, building).await.unwrap();
    let refused = asked.rebuild(NAME, |_| ()).await.unwrap_err();
    assert!(matches!(refused, RebuildError::BeingBuilt { name: NAME }), "{refused:?}");
    assert_eq!(states(&look, NAME).await, [(1, building), (2, GenerationState::Serving)]);
    assert_eq!(asked.cancel_rebuild(NAME).await.unwrap(), Some(first.key));
    assert_eq!(asked.rebuild(NAME, |_| ()).await.unwrap().generation.number, 3);
    look.all_equal_a_fold().await;
    look.close().await;
}

async fn one_that_is_given_up_as_it_is_to_serve_does_not(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(3), 80).await;
    let asked = read_models(look.store.clone(), LEASE, 20);
    asked.catch_up(LONG).await.unwrap();
    let hook = {
        let asked = asked.clone();
        move |step| -> Stepping {
            let asked = asked.clone();
            Box::pin(async move {
                if matches!(step, Step::Swap(_)) {
                    assert_eq!(asked.cancel_rebuild(NAME).await.unwrap().map(|key| key.number), Some(2));
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let cancelled = read_models(store.clone(), LEASE, 20).rebuild(NAME, |_| ()).await;
    assert!(matches!(cancelled, Err(RebuildError::Cancelled { name: NAME })), "{cancelled:?}");
    assert_eq!(states(&look, NAME).await, [(1, GenerationState::Serving)]);
    store.close().await;
    look.all_equal_a_fold().await;
    look.close().await;
}
