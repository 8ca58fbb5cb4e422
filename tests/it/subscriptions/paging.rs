//! How much is read ahead, and how often.

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{EventQuery, EventStore, WriterOptions};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use tokio::task::yield_now;

use super::{append, is_waiting, take};
use crate::database::Database;
use crate::writer::gated::{Fate, Gated};

const PAGE: usize = 1_000;

fn gated(commits: usize) -> (EventStore, Gated) {
    let database = Gated::default();
    database.allow(std::iter::repeat_n(Fate::Answered, commits));
    (EventStore::with_backend(database.backend(), WriterOptions::default()), database)
}

/// One that lags by any number of events holds no more than a page of them.
#[tokio::test]
async fn a_slow_subscriber_makes_nobody_keep_what_it_has_not_taken() {
    let (store, database) = gated(10);
    for page in 0..5 {
        append(&store, "a", page * 1_000..(page + 1) * 1_000).await;
    }
    let mut subscription = store.subscribe(EventQuery::log());
    for taken in 0..3 {
        database.shown();
        assert_eq!(take(&mut subscription, 1).await, [taken * 1_000]);
        let shown = database.shown();
        assert!((PAGE..PAGE + 10).contains(&shown), "{shown} events were read for one");
        append(&store, "b", [10_000 + taken]).await;
        let rest = take(&mut subscription, PAGE - 1).await;
        assert_eq!(rest.last(), Some(&(taken * 1_000 + 999)));
        assert_eq!(database.shown(), 0, "what was read is taken first");
    }
    for _ in 0..10 {
        yield_now().await;
    }
    assert_eq!(database.shown(), 0, "nobody reads for it while it is busy");
    let rest = take(&mut subscription, 2 * PAGE + 3).await;
    assert_eq!(rest[2 * PAGE..], [10_000, 10_001, 10_002]);
}

/// What has been looked through is not looked through again.
#[tokio::test]
async fn what_nobody_wants_is_passed_once() {
    let (store, database) = gated(40);
    append(&store, "a", 0..5_000).await;
    let of_b = EventQuery::stream(cqrs_runtime::store::StreamKey::new("Account", "b"));
    for query in [EventQuery::log().named(["Never", "Ever"]), of_b.named(["Never"])] {
        let mut subscription = store.subscribe(query);
        assert!(is_waiting(&mut subscription).await);
        assert!(is_waiting(&mut subscription).await);
        assert_eq!(database.last_after(), 0, "it has looked through all once");
        for number in 0..10 {
            append(&store, "a", [10_000 + number]).await;
            assert!(is_waiting(&mut subscription).await);
            assert!(database.last_after() >= 5_000, "it reads behind what it has passed");
        }
        append(&store, "b", [20_000]).await;
    }
}

/// A dropped subscription leaves nothing behind.
#[tokio::test]
async fn a_dropped_subscription_is_gone() {
    let (store, _) = gated(1);
    append(&store, "a", 0..10).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut subscriptions: Vec<_> = (0..100).map(|_| store.subscribe(EventQuery::log())).collect();
    for subscription in &mut subscriptions {
        assert_eq!(subscription.by_ref().take(10).try_collect::<Vec<_>>().await.unwrap().len(), 10);
        assert!(is_waiting(subscription).await);
    }
    assert_eq!(tasks(), before + 1, "one task for all of them");
    drop(subscriptions);
    while tasks() > before {
        yield_now().await;
    }
}

/// Whoever looks elsewhere, in the midst of a `select!`, may need the connection there.
#[tokio::test]
async fn a_subscription_that_is_not_polled_holds_no_connection() {
    let database = Database::sqlite();
    let options = Options { readers: 1, ..Options::default() };
    let store = EventStore::open_with(&database.url, &options, WriterOptions::default()).await.unwrap();
    append(&store, "a", 1..=3).await;
    let mut subscriptions: Vec<_> = (0..5).map(|_| store.subscribe(EventQuery::log())).collect();
    for subscription in &mut subscriptions {
        assert!(subscription.next().now_or_never().is_none(), "the database has yet to answer");
        assert_eq!(store.head().await.unwrap().position, 3);
    }
    for subscription in &mut subscriptions {
        assert_eq!(take(subscription, 3).await, [1, 2, 3]);
    }
    store.close().await;
}
