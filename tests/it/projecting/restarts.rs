//! The server crashes, and is started again, while read models are kept up to date and rebuilt: all goes on by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{AppendError, EventStore};
use cqrs_tests::orders::{Shop, read_models};
use tokio::task::spawn_blocking;

use super::killed::{LEASE, LONG, ends_as_if_nothing_had_happened};
use super::tables::Look;
use crate::cluster::Cluster;

/// How many appends are answered between two restarts.
const BETWEEN: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_is_used_again() {
    let cluster = Arc::new(Cluster::start());
    let url = cluster.url.clone();
    let store = EventStore::open(&url).await.unwrap();
    let read_models = read_models(store.clone(), LEASE, 5);
    read_models.prepare().await.unwrap();
    let running = read_models.start();
    let mut shop = Shop::new(3);
    for crash in [true, false, true] {
        let (appended, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let appending = tokio::spawn(keep_appending(store.clone(), shop, Arc::clone(&appended), Arc::clone(&ended)));
        let rebuilding = tokio::spawn(keep_rebuilding(read_models.clone(), Arc::clone(&ended)));
        reaches(&appended, BETWEEN).await;
        let cluster = Arc::clone(&cluster);
        let crashing = move || {
            if crash {
                cluster.kill();
            }
            cluster.restart();
        };
        spawn_blocking(crashing).await.unwrap();
        reaches(&appended, 2 * BETWEEN).await;
        ended.store(true, Ordering::Relaxed);
        shop = appending.await.unwrap();
        rebuilding.await.unwrap();
        let head = store.head().await.unwrap().position;
        read_models.wait_for_all(head, LONG).await.unwrap();
        let look = Look::at(&url).await;
        look.all_equal_a_fold().await;
        look.close().await;
    }
    running.stop().await;
    let look = Look::at(&url).await;
    ends_as_if_nothing_had_happened(&look).await;
    look.close().await;
    store.close().await;
}

async fn reaches(count: &AtomicUsize, enough: usize) {
    while count.load(Ordering::Relaxed) < enough {
        tokio::task::yield_now().await;
    }
}

async fn keep_appending(store: EventStore, mut shop: Shop, appended: Arc<AtomicUsize>, ended: Arc<AtomicBool>) -> Shop {
    while !ended.load(Ordering::Relaxed) {
        match store.append(shop.happens()).await {
            Ok(_) => appended.fetch_add(1, Ordering::Relaxed),
            Err(AppendError::Indeterminate { .. }) => continue,
            Err(AppendError::Store(error)) if error.is_retryable() => continue,
            Err(error) => panic!("{error:?}"),
        };
    }
    shop
}

/// A rebuild that the crash ends is asked for again.
async fn keep_rebuilding(read_models: ReadModels, ended: Arc<AtomicBool>) {
    let mut rebuilt = 0;
    while !ended.load(Ordering::Relaxed) || rebuilt == 0 {
        rebuilt += usize::from(read_models.rebuild("customer_order", |_| ()).await.is_ok());
        tokio::task::yield_now().await;
    }
}
