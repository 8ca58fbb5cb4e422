//! Events that are tried again or left out while a read model is verified are not taken for differences.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cqrs_runtime::projection::{ReadModels, Verified, VerifyOptions};
use cqrs_runtime::store::EventStore;
use futures_util::future::BoxFuture;
use tokio::time::timeout;

use super::bench::{Bench, LONG, NAME};
use super::domain::{Content, Fault, switch};
use super::unknown::{Fortune, held};
use crate::database::{Database, on_both};
use crate::projecting::steps::{Step, stepped};

on_both! {
    what_is_tried_again_meanwhile_is_no_difference
    what_is_left_out_meanwhile_is_no_difference
    what_is_left_out_of_an_unknown_sequence_meanwhile_is_no_difference
    what_is_read_of_an_unknown_sequence_meanwhile_is_no_difference
    what_stays_parked_explains_a_difference
}

type Done = BoxFuture<'static, ()>;

/// A store over the database of a bench; before its first comparison, something is done.
async fn before_comparing(
    bench: &Bench,
    done: impl FnOnce() -> Done + Send + 'static,
) -> (EventStore, Arc<AtomicUsize>) {
    let (done, compared) = (std::sync::Mutex::new(Some(done)), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&compared);
    let hook = move |step| -> Done {
        if step == Step::Compare {
            count.fetch_add(1, Ordering::Relaxed);
            if let Some(done) = done.lock().unwrap().take() {
                return done();
            }
        }
        Box::pin(async {})
    };
    (stepped(&bench.database.url, hook).await, compared)
}

async fn verify(read_models: &ReadModels, name: &str) -> Verified {
    read_models.verify(name, VerifyOptions::default(), |_| ()).await.unwrap()
}

/// Purses of which two have parked events, more of them than are projected at once.
async fn parked(database: Database) -> (Bench, u64) {
    let mut bench = Bench::new(database).await;
    for purse in ["a", "b", "c"] {
        bench.moves(purse, Fault::Nothing).await;
    }
    let poison = bench.moves("a", Fault::Changing).await;
    bench.moves("c", Fault::Refused).await;
    for _ in 0..5 {
        for purse in ["a", "b", "c"] {
            bench.moves(purse, Fault::Nothing).await;
        }
    }
    assert_eq!(bench.caught_up().await.len(), 2 + 2 * 5);
    (bench, poison)
}

async fn what_is_tried_again_meanwhile_is_no_difference(database: Database) {
    let (bench, _) = parked(database).await;
    let (others, name) = (bench.read_models(), bench.switch.clone());
    let tried = move || -> Done {
        Box::pin(async move {
            switch(&name, false);
            for purse in ["a", "c"] {
                assert_eq!(others.retry(NAME, &Bench::sequence(purse), LONG).await.unwrap(), []);
            }
        })
    };
    let (store, compared) = before_comparing(&bench, tried).await;
    let verifying = ReadModels::new(store.clone()).with::<Content>().options(bench.options);
    let verified = verify(&verifying, NAME).await;
    assert!(verified.is_clean() && verified.parked.is_empty() && verified.not_replayed.is_empty(), "{verified:#?}");
    assert!(compared.load(Ordering::Relaxed) > 2, "it has looked again");
    assert_eq!(bench.checked().await, []);
    store.close().await;
    bench.store.close().await;
}

async fn what_is_left_out_meanwhile_is_no_difference(database: Database) {
    let (mut bench, poison) = parked(database).await;
    let others = bench.read_models();
    let left_out = move || -> Done {
        Box::pin(async move {
            assert_eq!(others.discard(NAME, &Bench::sequence("a"), LONG).await.unwrap(), []);
        })
    };
    let (store, _) = before_comparing(&bench, left_out).await;
    let verifying = ReadModels::new(store.clone()).with::<Content>().options(bench.options);
    let verified = verify(&verifying, NAME).await;
    assert!(verified.is_clean(), "{verified:#?}");
    assert_eq!((verified.discarded.len(), verified.parked.len(), verified.not_replayed.len()), (1, 6, 6));
    bench.left_out.insert(poison);
    bench.checked().await;
    store.close().await;
    bench.store.close().await;
}

/// All later events of its tenant have waited for it.
async fn what_is_left_out_of_an_unknown_sequence_meanwhile_is_no_difference(database: Database) {
    let bench = Bench::new(database).await;
    held(&bench).await;
    let others = ReadModels::new(bench.store.clone()).with::<Fortune>().options(bench.options);
    others.catch_up(LONG).await.unwrap();
    let discard = move || -> Done {
        Box::pin(async move {
            assert_eq!(others.discard("fortune", "(unknown)", LONG).await.unwrap(), []);
            nothing_is_parked(&others).await;
        })
    };
    is_clean_after(&bench, discard).await;
}

async fn what_is_read_of_an_unknown_sequence_meanwhile_is_no_difference(database: Database) {
    let bench = Bench::new(database).await;
    held(&bench).await;
    let others = ReadModels::new(bench.store.clone()).with::<Fortune>().options(bench.options);
    others.catch_up(LONG).await.unwrap();
    let name = bench.switch.clone();
    let retry = move || -> Done {
        Box::pin(async move {
            switch(&name, false);
            others.retry("fortune", "(unknown)", LONG).await.unwrap();
            nothing_is_parked(&others).await;
        })
    };
    is_clean_after(&bench, retry).await;
}

/// What has waited for the unknown sequence is seen to by who runs.
async fn nothing_is_parked(others: &ReadModels) {
    let running = others.start();
    let waiting = async {
        while !others.letters("fortune").await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, waiting).await.expect("it comes to that");
    running.stop().await;
}

async fn is_clean_after(bench: &Bench, done: impl FnOnce() -> Done + Send + 'static) {
    let (store, _) = before_comparing(bench, done).await;
    let verifying = ReadModels::new(store.clone()).with::<Fortune>().options(bench.options);
    let verified = verify(&verifying, "fortune").await;
    assert!(verified.is_clean() && verified.parked.is_empty() && verified.not_replayed.is_empty(), "{verified:#?}");
    store.close().await;
    bench.store.close().await;
}

/// It could be projected by now, and nobody has tried it again.
async fn what_stays_parked_explains_a_difference(database: Database) {
    let (bench, _) = parked(database).await;
    bench.is_broken(false);
    let verified = verify(&bench.read_models(), NAME).await;
    assert_eq!((verified.parked.len(), verified.not_replayed.len()), (12, 0), "{verified:#?}");
    // The row, and the one of its last move.
    assert_eq!((verified.differing, verified.missing, verified.surplus), (4, 0, 0), "{verified:#?}");
    assert!(verified.differences.iter().all(|found| found.parked == 6), "{verified:#?}");
    bench.store.close().await;
}
