//! Checkpoints that go back under a subscriber, as a database does that fails over or is restored.

use cqrs_runtime::store::{EventStore, StoreError};
use cqrs_runtime::subscription::{Subscriber, SubscriptionError};
use tokio::time::timeout;

use super::super::{Log, append};
use super::faulty::{Asked, Fate};
use super::outages::{Plan, planned};
use super::transactions::{database, on_each_database};
use super::{HOUR, handle, next, open};

on_each_database! {
    what_was_confirmed_comes_again
    a_log_that_was_lost_is_noticed
}

/// Two events are confirmed, and the third is not known to be; then the database knows of the first one only.
async fn set_back(log: &Log) -> (EventStore, Plan, Subscriber) {
    let (store, plan) = planned(log).await;
    append(&store, "a", 1..=4).await;
    let mut opened = open(&store).await;
    assert_eq!(handle(&mut opened, 2).await, [1, 2]);
    let third = next(&mut opened).await;
    *plan.lock().unwrap() = Some((Asked::Advance, Fate::LostBefore));
    opened.confirm(&third).await.unwrap_err();
    set_to(log, 1).await;
    (store, plan, opened)
}

async fn set_to(log: &Log, position: u64) {
    let event = format!("(SELECT event_id FROM cqrs_events WHERE position = {position})");
    database(log).execute(&format!("UPDATE cqrs_checkpoints SET position = {position}, event_id = {event}")).await;
}

/// The next three, which do not wait for others to be appended.
async fn come(opened: &mut Subscriber) -> Vec<u128> {
    timeout(HOUR / 60, handle(opened, 3)).await.unwrap()
}

/// The checkpoint alone was lost.
async fn what_was_confirmed_comes_again(log: &Log) {
    let (store, plan, mut opened) = set_back(log).await;
    assert_eq!(come(&mut opened).await, [2, 3, 4]);
    // Also where that is noticed when it is confirmed.
    set_to(log, 3).await;
    append(&store, "a", 5..=6).await;
    let fifth = next(&mut opened).await;
    let lost = opened.confirm(&fifth).await;
    assert!(matches!(lost, Err(SubscriptionError::LeaseLost { .. })), "{lost:?}");
    assert_eq!(come(&mut opened).await, [4, 5, 6]);
    assert_eq!(*plan.lock().unwrap(), None);
}

/// The log has lost the event, too, and has another one there.
async fn a_log_that_was_lost_is_noticed(log: &Log) {
    let (store, _plan, mut opened) = set_back(log).await;
    let (disarm, other) = if database(log).url.starts_with("sqlite") {
        ("DROP TRIGGER cqrs_events_never_change", "x'0000000000000000000000000000004d'")
    } else {
        ("ALTER TABLE cqrs_events DISABLE TRIGGER USER", "'00000000-0000-0000-0000-00000000004d'")
    };
    database(log).execute(disarm).await;
    database(log).execute(&format!("UPDATE cqrs_events SET event_id = {other} WHERE position = 2")).await;
    for _ in 0..2 {
        let lost = opened.next().await;
        assert!(matches!(lost, Err(SubscriptionError::Store(StoreError::LogDiverged { .. }))), "{lost:?}");
    }
    opened.close().await.unwrap();
    store.close().await;
}
