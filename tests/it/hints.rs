//! Hints of appends: from this process, from others, and what is left when nothing tells of them.

mod closing;
mod deaf;
mod memory;
mod telling;

use std::time::Duration;

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{EventStore, Hints, WriterOptions};
use futures_util::FutureExt;
use uuid::Uuid;

/// So long that a test which waits for it has failed.
const NEVER: Duration = Duration::from_hours(1);

/// A store that hears of other processes' appends by being told, or not at all.
async fn told(url: &str) -> EventStore {
    let options = Options { poll_interval: NEVER, ..Options::default() };
    EventStore::open_with(url, &options, WriterOptions::default()).await.unwrap()
}

/// A store that polls, if it is not told.
async fn polling(url: &str) -> EventStore {
    let options = Options { poll_interval: Duration::from_millis(5), watch_interval: NEVER, ..Options::default() };
    EventStore::open_with(url, &options, WriterOptions::default()).await.unwrap()
}

async fn append(store: &EventStore) {
    store.append(crate::writer::append("a", Uuid::now_v7().as_u128())).await.unwrap();
}

/// Whether a hint has come.
fn hinted(hints: &mut Hints) -> bool {
    hints.next().now_or_never().is_some()
}

/// Waits for hints until, after one of them, the log has come to `position`.
async fn hears_of(store: &EventStore, hints: &mut Hints, position: u64) {
    hints.next().await.unwrap();
    while store.head().await.unwrap().position < position {
        hints.next().await.unwrap();
    }
}

/// Waits for a hint that comes after the append that `other` makes now.
async fn is_told(hints: &mut Hints, other: &EventStore) {
    while hinted(hints) {}
    append(other).await;
    hints.next().await.unwrap();
}
