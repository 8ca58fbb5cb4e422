//! Shutdown drains the writer; a full queue makes callers wait.

use cqrs_runtime::store::{AppendError, EventStore, StoreError, WriterOptions};
use futures_util::future::join_all;
use futures_util::{FutureExt, poll};

use super::gated::{Fate, Gated};
use super::{append, gated, log};

#[tokio::test]
async fn closing_completes_what_waits_and_takes_nothing_more() {
    let (store, database) = gated();
    let mut appends: Vec<_> = (1..=5).map(|id| store.append(append("a", id)).boxed()).collect();
    for one in &mut appends {
        assert!(poll!(one).is_pending());
    }
    let mut closing = store.close().boxed();
    assert!(poll!(&mut closing).is_pending());
    database.commit_begun().await;
    let late = store.append(append("a", 6)).await;
    let closed = matches!(&late, Err(AppendError::Store(error)) if matches!(**error, StoreError::Closed));
    assert!(closed, "{late:?}");
    database.allow(vec![Fate::Answered; 5]);
    closing.await;
    for appended in join_all(appends).await {
        appended.expect("what waited is written");
    }
    assert_eq!(log(&store).await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn whoever_closes_waits_until_all_is_written() {
    let (store, database) = gated();
    let mut waiting = store.append(append("a", 1)).boxed();
    assert!(poll!(&mut waiting).is_pending());
    let other = store.clone();
    let (mut first, mut second) = (store.close().boxed(), other.close().boxed());
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    assert!(poll!(&mut first).is_pending());
    assert!(poll!(&mut second).is_pending());
    database.allow([Fate::Answered]);
    futures_util::join!(first, second);
    waiting.await.expect("what waited is written");
}

#[tokio::test]
async fn no_option_makes_callers_wait_for_ever() {
    let database = Gated::default();
    let options = WriterOptions { queue: 0, batch_appends: 0, batch_bytes: 0, ..WriterOptions::default() };
    let store = EventStore::with_backend(database.backend(), options);
    database.allow([Fate::Answered, Fate::Answered]);
    for id in [1, 2] {
        store.append(append("a", id)).await.expect("it is written, alone");
    }
}

#[tokio::test]
async fn callers_wait_for_room_in_the_queue() {
    let database = Gated::default();
    let options = WriterOptions { queue: 2, ..WriterOptions::default() };
    let store = EventStore::with_backend(database.backend(), options);
    let mut appends: Vec<_> = (1..=20).map(|id| store.append(append("a", id)).boxed()).collect();
    for one in &mut appends {
        assert!(poll!(one).is_pending());
    }
    database.allow(vec![Fate::Answered; 20]);
    for appended in join_all(appends).await {
        appended.expect("each is written once there is room");
    }
    assert_eq!(log(&store).await.len(), 20);
    assert!(database.batches().iter().all(|batch| batch.len() <= 3), "{:?}", database.batches());
}
