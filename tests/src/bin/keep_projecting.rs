//! Keeps the read models of orders and their turnover, until its input ends or it is killed:
//! `keep_projecting URL WHAT SEED LEASE BATCH WORKERS`.
//!
//! WHAT is `append`: events are appended, and nothing is projected; `project`: the other way round; `both`; or `rebuild`:
//! all are rebuilt once. LEASE are milliseconds, BATCH is the number of events that are projected at once,
//! WORKERS that of the workers of each read model. It says `ready` once the store is open, and in the end `rebuilt`, where
//! that is so.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{AppendError, EventStore};
use cqrs_tests::appending::end_of_input;
use cqrs_tests::orders::{Shop, Turnover, by_workers};

/// How many events are appended at once.
const AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, what, seed, lease_time, batch, workers] = arguments.as_slice() else {
        return Err("usage: keep_projecting URL WHAT SEED LEASE BATCH WORKERS".into());
    };
    let ended = end_of_input();
    let store = EventStore::open(url).await?;
    let lease_time = Duration::from_millis(lease_time.parse()?);
    let read_models =
        by_workers(store.clone(), lease_time, batch.parse()?, workers.parse()?).with_transactional::<Turnover>();
    println!("ready");
    match what.as_str() {
        "append" => keep_appending(&store, seed.parse()?, &ended).await?,
        "rebuild" => rebuild(&read_models).await?,
        "project" | "both" => {
            read_models.prepare().await?;
            let running = read_models.start();
            if what == "both" {
                keep_appending(&store, seed.parse()?, &ended).await?;
            }
            while !ended.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            running.stop().await;
        }
        _ => return Err("WHAT is `append`, `project`, `both` or `rebuild`".into()),
    }
    store.close().await;
    Ok(())
}

async fn keep_appending(store: &EventStore, seed: u64, ended: &AtomicBool) -> Result<(), AppendError> {
    let mut shop = Shop::new(seed);
    while !ended.load(Ordering::Acquire) {
        for _ in 0..AT_ONCE {
            match store.append(shop.happens()).await {
                Ok(_) | Err(AppendError::Indeterminate { .. }) => {}
                Err(AppendError::Store(error)) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
        }
        // Others are to have their turns at a database that one writes to at a time.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

async fn rebuild(read_models: &ReadModels) -> Result<(), Box<dyn Error>> {
    for name in read_models.names() {
        read_models.rebuild(name, |_| ()).await?;
    }
    println!("rebuilt");
    Ok(())
}
