//! What was built and has parked too much to serve: it is looked at now and then, and nobody is told that it is held back as
//! long as something is yet to be tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cqrs_runtime::projection::{RebuildError, WaitError};
use cqrs_runtime::store::{GenerationKey, LetterRequest, SwapVerdict};
use cqrs_tests::orders::{Shop, read_models};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::controlling::picky;
use super::killed::{LEASE, LONG, append};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

const NAME: &str = "payment";
/// How often something happens meanwhile.
const TURNS: usize = 30;

#[tokio::test]
async fn it_is_not_counted_at_each_step_on_sqlite() {
    it_is_not_counted_at_each_step(Database::sqlite()).await;
}

#[tokio::test]
async fn it_is_not_counted_at_each_step_on_postgres() {
    it_is_not_counted_at_each_step(Database::postgres().await).await;
}

#[tokio::test]
async fn what_is_to_be_tried_is_waited_for_on_sqlite() {
    what_is_to_be_tried_is_waited_for(Database::sqlite()).await;
}

#[tokio::test]
async fn what_is_to_be_tried_is_waited_for_on_postgres() {
    what_is_to_be_tried_is_waited_for(Database::postgres().await).await;
}

/// A second generation that has parked what the first one has projected.
async fn held_back(database: &Database) -> (Look, Shop, GenerationKey) {
    let look = Look::of(database).await;
    let mut shop = Shop::new(4);
    append(&look.store, &mut shop, 80).await;
    read_models(look.store.clone(), LEASE, 10).catch_up(LONG).await.unwrap();
    let held = picky(look.store.clone()).rebuild(NAME, |_| ()).await;
    assert!(matches!(held, Err(RebuildError::Parked { generation: 2, .. })), "{held:?}");
    (look, shop, GenerationKey { projection: NAME.to_owned(), number: 2 })
}

async fn it_is_not_counted_at_each_step(database: Database) {
    let (look, mut shop, key) = held_back(&database).await;
    let (looks, looked) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let hook = {
        let (looks, looked) = (Arc::clone(&looks), Arc::clone(&looked));
        move |step| -> BoxFuture<'static, ()> {
            if matches!(step, Step::Stood(SwapVerdict::Parked { .. })) {
                looks.fetch_add(1, Ordering::Relaxed);
                looked.notify_one();
            }
            Box::pin(std::future::ready(()))
        }
    };
    let store = stepped(&database.url, hook).await;
    let running = picky(store.clone()).start();
    timeout(LONG, looked.notified()).await.unwrap();
    let come = async || {
        let partitions = look.tables().checkpoints(&key.to_string()).await.unwrap();
        partitions.iter().map(|known| known.lease.checkpoint).min().unwrap()
    };
    for _ in 0..TURNS {
        let before = come().await;
        // Some of what happens is none of this read model's.
        timeout(LONG, async {
            while come().await == before {
                append(&look.store, &mut shop, 1).await;
            }
        })
        .await
        .unwrap();
    }
    running.stop().await;
    let looks = looks.load(Ordering::Relaxed);
    assert!(looks <= TURNS / 2, "{looks}");
    store.close().await;
    look.close().await;
}

async fn what_is_to_be_tried_is_waited_for(database: Database) {
    let (look, _, key) = held_back(&database).await;
    let wait = async |limit| picky(look.store.clone()).wait_for(NAME, look.head().await, limit).await.unwrap_err();
    assert!(matches!(wait(LONG).await, WaitError::Parked { generation: 2, .. }));
    // Nobody is there to do it.
    let letters = look.tables().letters(&key).await.unwrap();
    let (sequence, first) = (letters[0].sequence, letters[0].position);
    assert!(look.tables().request(&key, sequence, first, LetterRequest::Retry).await.unwrap() > 0);
    let waited = wait(Duration::from_millis(500)).await;
    assert!(matches!(waited, WaitError::Behind { .. }), "{waited:?}");
    look.close().await;
}
