//! Durable subscriptions: who goes on where another one has stopped misses nothing, and gets nothing again that was confirmed.

mod faulty;
mod killed;
mod model;
mod outages;
mod restless;
mod sent;
mod set_back;
mod sharing;
mod transactions;

use std::time::Duration;

use cqrs_runtime::store::{EventQuery, EventStore, Session, StoreError, StoredEvent, StreamKey, WorkerId};
use cqrs_runtime::subscription::{DurableSubscription, Start, Subscriber, SubscriptionError};
use futures_util::FutureExt;
use tokio::task::yield_now;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Log, append, events, on_each_log};

const HOUR: Duration = Duration::from_hours(1);

on_each_log! {
    what_is_confirmed_is_past
    what_is_not_confirmed_comes_again
    a_new_name_starts_where_it_is_told
    what_is_none_of_its_own_is_passed
    it_waits_for_what_is_appended
    a_lost_log_is_noticed
    who_only_looks_in_gets_all
    they_are_listed_and_forgotten
    who_slept_while_it_was_forgotten_makes_nothing_anew
}

fn mails(store: &EventStore) -> DurableSubscription {
    store.durable_subscription("mails", EventQuery::log()).lease_time(HOUR)
}

async fn open(store: &EventStore) -> Subscriber {
    mails(store).open().await.unwrap()
}

async fn next(subscriber: &mut Subscriber) -> StoredEvent {
    subscriber.next().await.unwrap()
}

fn number(event: &StoredEvent) -> u128 {
    event.event_id.as_u128()
}

/// Forgets the subscription while its subscriber sleeps.
async fn forget_meanwhile(log: &Log, store: &EventStore, sleeping: &Subscriber) {
    let backend = log.backend().await;
    backend.heartbeat(sleeping.worker(), Duration::ZERO).await.unwrap();
    assert!(store.forget_durable_subscription("mails").await.unwrap());
    if let Log::Database(_) = log {
        backend.close().await;
    }
}

fn is_forgotten<T: std::fmt::Debug>(outcome: Result<T, SubscriptionError>) {
    let error = outcome.unwrap_err();
    assert!(matches!(&error, SubscriptionError::Forgotten { name } if name == "mails"), "{error:?}");
    assert!(!error.is_retryable());
}

/// Takes events, and confirms each.
async fn handle(subscriber: &mut Subscriber, count: usize) -> Vec<u128> {
    let mut handled = Vec::new();
    for _ in 0..count {
        let event = next(subscriber).await;
        subscriber.confirm(&event).await.unwrap();
        handled.push(number(&event));
    }
    handled
}

/// Whether nothing comes, for a while; what should not come has time to, and what should does not depend on it.
async fn is_waiting(subscriber: &mut Subscriber) -> bool {
    timeout(Duration::from_millis(100), subscriber.next()).await.is_err()
}

/// Where the checkpoints stand.
async fn checkpoints(log: &Log) -> Vec<u64> {
    let backend = log.backend().await;
    let found = backend.checkpoints("subscription mails").await.unwrap();
    let found = found.iter().map(|known| known.lease.checkpoint).collect();
    backend.close().await;
    found
}

async fn what_is_confirmed_is_past(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=5).await;
    let mut first = open(&store).await;
    assert_eq!(handle(&mut first, 2).await, [1, 2]);
    first.close().await.unwrap();

    let other = log.open().await;
    let mut second = open(&other).await;
    let third = next(&mut second).await;
    let fourth = next(&mut second).await;
    assert_eq!([number(&third), number(&fourth)], [3, 4]);
    // All that was given out before it, too.
    second.confirm(&fourth).await.unwrap();
    second.confirm(&third).await.unwrap();
    second.close().await.unwrap();
    assert_eq!(handle(&mut open(&store).await, 1).await, [5]);
}

async fn what_is_not_confirmed_comes_again(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    let mut first = open(&store).await;
    assert_eq!(handle(&mut first, 1).await, [1]);
    for number_of in [2, 3] {
        assert_eq!(number(&next(&mut first).await), number_of);
    }
    first.rewind();
    for number_of in [2, 3] {
        assert_eq!(number(&next(&mut first).await), number_of, "for another try");
    }
    first.close().await.unwrap();
    assert_eq!(handle(&mut open(&store).await, 2).await, [2, 3]);
}

async fn a_new_name_starts_where_it_is_told(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    let head = store.head().await.unwrap().position;
    for (name, start) in [("end", Start::End), ("after", Start::After(head - 1)), ("behind", Start::After(head + 7))] {
        let named = store.durable_subscription(name, EventQuery::log()).lease_time(HOUR).start(start);
        named.open().await.unwrap().close().await.unwrap();
    }
    append(&store, "a", [4]).await;
    for (name, expected) in [("end", vec![4]), ("after", vec![3, 4]), ("behind", vec![4])] {
        // Whatever it says now.
        let named = store.durable_subscription(name, EventQuery::log()).start(Start::Beginning);
        let mut opened = named.open().await.unwrap();
        assert_eq!(handle(&mut opened, expected.len()).await, expected, "{name}");
    }
}

async fn what_is_none_of_its_own_is_passed(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    store.append(events("b", "Wanted", [4])).await.unwrap();
    append(&store, "a", 5..=9).await;
    let wanted = EventQuery::log().named(["Wanted"]);
    let mut opened = store.durable_subscription("mails", wanted).lease_time(HOUR).open().await.unwrap();
    let event = next(&mut opened).await;
    assert_eq!(number(&event), 4);
    assert!(is_waiting(&mut opened).await);
    opened.confirm(&event).await.unwrap();
    opened.close().await.unwrap();
    let head = store.head().await.unwrap().position;
    assert_eq!(checkpoints(log).await, [head], "nobody reads them again");
}

async fn it_waits_for_what_is_appended(log: &Log) {
    let store = log.open().await;
    let mut opened = open(&store).await;
    assert!(is_waiting(&mut opened).await);
    let other = log.open().await;
    let (event, ()) = tokio::join!(opened.next(), append(&other, "a", [1]));
    assert_eq!(number(&event.unwrap()), 1);
    store.close().await;
    let closed = opened.next().await;
    assert!(matches!(closed, Err(SubscriptionError::Store(StoreError::Closed))), "{closed:?}");
}

async fn a_lost_log_is_noticed(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 4..=9).await;
    // As if the log had been restored: the third event, which was confirmed, was another one.
    let session = Session::new("subscription mails", WorkerId(Uuid::nil()), 1, HOUR);
    let session = Session { checkpoint: 3, event_id: Uuid::from_u128(3), ..session };
    let backend = log.backend().await;
    backend.acquire(&session).await.unwrap();
    backend.release(&session.name, session.worker).await.unwrap();
    backend.close().await;
    let lost = open(&store).await.next().await;
    assert!(matches!(lost, Err(SubscriptionError::Store(StoreError::LogDiverged { .. }))), "{lost:?}");
}

/// What makes no sense is refused before anything is written.
#[tokio::test]
async fn mistakes_are_told() {
    let store = EventStore::memory();
    let named = |name: &str| store.durable_subscription(name, EventQuery::log());
    assert!(matches!(named("").open().await, Err(SubscriptionError::Name(_))));
    assert!(matches!(named("a\0b").open().await, Err(SubscriptionError::Name(_))));
    let stream = EventQuery::stream(StreamKey::new("Account", "a"));
    let queries = [
        EventQuery::log().limit(1),
        EventQuery::log().to_position(1),
        EventQuery::log().backwards(),
        stream.clone().to_version(1),
        stream.from_version(1),
    ];
    for query in queries {
        let refused = store.durable_subscription("mails", query).open().await;
        assert!(matches!(refused, Err(SubscriptionError::Query)), "{refused:?}");
    }
    assert!(matches!(named("mails").partitions(0).open().await, Err(SubscriptionError::Options)));
    for lease_time in [Duration::ZERO, HOUR * 25, Duration::MAX] {
        assert!(matches!(named("mails").lease_time(lease_time).open().await, Err(SubscriptionError::Options)));
    }
    named("mails").partitions(2).open().await.unwrap();
    let three = named("mails").partitions(3).open().await;
    let changed =
        matches!(three, Err(SubscriptionError::Store(StoreError::PartitionsChanged { found: 2, asked: 3, .. })));
    assert!(changed, "{three:?}");
}

/// Who has something else to do all the time comes to all of it, too.
async fn who_only_looks_in_gets_all(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    let mut opened = mails(&store).lease_time(Duration::from_millis(40)).open().await.unwrap();
    let look_in = async {
        let mut numbers = Vec::new();
        while numbers.len() < 3 {
            match opened.next().now_or_never() {
                Some(event) => numbers.push(number(&event.unwrap())),
                None => yield_now().await,
            }
        }
        numbers
    };
    assert_eq!(timeout(HOUR / 60, look_in).await.unwrap(), [1, 2, 3]);
}

async fn they_are_listed_and_forgotten(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    assert_eq!(store.durable_subscriptions().await.unwrap(), []);
    let mut opened = open(&store).await;
    assert_eq!(handle(&mut opened, 1).await, [1]);
    let other = store.durable_subscription("a list", EventQuery::log()).partitions(2).lease_time(HOUR).open().await;
    let known = store.durable_subscriptions().await.unwrap();
    let listed: Vec<_> = known.iter().map(|known| (&*known.name, known.partitions.len(), known.behind())).collect();
    let head = store.head().await.unwrap().position;
    assert_eq!(listed, [("a list", 2, head), ("mails", 1, head - 1)]);
    assert_eq!(known[1].partitions[0].worker, Some(opened.worker()));

    let in_use = store.forget_durable_subscription("mails").await;
    assert!(matches!(&in_use, Err(SubscriptionError::InUse { name }) if name == "mails"), "{in_use:?}");
    opened.close().await.unwrap();
    assert!(store.forget_durable_subscription("mails").await.unwrap());
    assert!(!store.forget_durable_subscription("mails").await.unwrap(), "it is not there");
    assert_eq!(store.durable_subscriptions().await.unwrap().len(), 1);
    assert_eq!(handle(&mut open(&store).await, 1).await, [1], "all begins anew");
    drop(other);
}

async fn who_slept_while_it_was_forgotten_makes_nothing_anew(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    let opened = || mails(&store).start(Start::After(1)).open();
    let mut slept = opened().await.unwrap();
    let event = next(&mut slept).await;
    assert_eq!(number(&event), 2);
    forget_meanwhile(log, &store, &slept).await;
    is_forgotten(slept.confirm(&event).await);
    is_forgotten(slept.confirm(&event).await);
    is_forgotten(slept.next().await);
    slept.rewind();
    is_forgotten(slept.next().await);
    assert_eq!(store.durable_subscriptions().await.unwrap(), []);
    slept.close().await.unwrap();

    // Who only looks in is told as well, when it asks the next time.
    let short = mails(&store).start(Start::End).lease_time(Duration::from_millis(40)).open().await;
    let mut short = short.unwrap();
    forget_meanwhile(log, &store, &short).await;
    is_forgotten(timeout(HOUR / 60, short.next()).await.unwrap());
    assert_eq!(store.durable_subscriptions().await.unwrap(), []);

    // Somebody has opened it anew meanwhile: it is to be shared with that one.
    let mut slept = opened().await.unwrap();
    let event = next(&mut slept).await;
    forget_meanwhile(log, &store, &slept).await;
    let mut other = opened().await.unwrap();
    let lost = slept.confirm(&event).await;
    assert!(matches!(lost, Err(SubscriptionError::LeaseLost { .. })), "{lost:?}");
    assert_eq!(handle(&mut other, 2).await, [2, 3], "it starts where it is told");
}
