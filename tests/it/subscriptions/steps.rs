//! One step after the other: what is there, what comes, from where, and of what.

use cqrs_runtime::store::{EventQuery, StreamKey};
use futures_util::TryStreamExt;

use super::{Log, all, append, events, is_waiting, on_each_log, take};

on_each_log! {
    goes_on_with_what_is_appended
    begins_anywhere
    filters
    of_a_stream
}

async fn goes_on_with_what_is_appended(log: &Log) {
    let (here, elsewhere) = (log.open().await, log.open().await);
    let mut empty = here.subscribe(EventQuery::log());
    assert!(is_waiting(&mut empty).await, "nothing is there yet");
    append(&here, "a", 1..=3).await;
    let mut full = here.subscribe(EventQuery::log());
    assert_eq!(take(&mut full, 3).await, [1, 2, 3]);
    append(&elsewhere, "b", 4..=5).await;
    append(&here, "a", 6..=6).await;
    assert_eq!(take(&mut full, 3).await, [4, 5, 6]);
    assert!(is_waiting(&mut full).await);
    append(&elsewhere, "a", 7..=7).await;
    assert_eq!(take(&mut full, 1).await, [7]);
    assert_eq!(take(&mut empty, 7).await, [1, 2, 3, 4, 5, 6, 7]);
    assert!(is_waiting(&mut empty).await && is_waiting(&mut full).await);
}

async fn begins_anywhere(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=4).await;
    let start = store.start_cursor().await.unwrap();
    let mut from_start = store.subscribe_after(start, EventQuery::log()).await.unwrap();
    let events = all(&store).await;
    let third = start.at(&events[2]);
    let mut behind_third = store.subscribe_after(third, EventQuery::log()).await.unwrap();
    let head = store.head().await.unwrap().position;
    let mut new = store.subscribe(EventQuery::log().after_position(head));
    // A position that is not there yet.
    let mut later = store.subscribe(EventQuery::log().after_position(head + 1));
    // The later of two bounds counts.
    let both = EventQuery::log().after_position(events[0].position);
    let mut behind_both = store.subscribe_after(third, both).await.unwrap();
    assert!(is_waiting(&mut new).await && is_waiting(&mut later).await);
    append(&store, "a", 5..=6).await;
    assert_eq!(take(&mut from_start, 6).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(take(&mut behind_third, 3).await, [4, 5, 6]);
    assert_eq!(take(&mut behind_both, 3).await, [4, 5, 6]);
    assert_eq!(take(&mut new, 2).await, [5, 6]);
    assert_eq!(take(&mut later, 1).await, [6]);
    // What was taken last is where it goes on.
    let event = store.subscribe(EventQuery::log()).try_next().await.unwrap().unwrap();
    let mut resumed = store.subscribe_after(start.at(&event), EventQuery::log()).await.unwrap();
    assert_eq!(take(&mut resumed, 5).await, [2, 3, 4, 5, 6]);
}

async fn filters(log: &Log) {
    let store = log.open().await;
    let rare = EventQuery::log().named(["Rare"]);
    let several = EventQuery::log().named(["Rare", "Never"]);
    let mut queries = [rare.clone(), several, rare.tenant(""), EventQuery::log().of_types(["Account"]).named(["Rare"])]
        .map(|query| store.subscribe(query));
    let mut others =
        [EventQuery::log().tenant("acme"), EventQuery::log().of_types(["Order"])].map(|query| store.subscribe(query));
    for round in 0..3_u128 {
        let number = |offset: u128| 10 * round + offset;
        append(&store, "a", [number(1)]).await;
        store.append(events("b", "Rare", [number(2)])).await.unwrap();
        append(&store, "b", [number(3)]).await;
        for subscription in &mut queries {
            assert_eq!(take(subscription, 1).await, [number(2)]);
            assert!(is_waiting(subscription).await);
        }
        let mut of_tenant = events("a", "Happened", [number(4)]);
        of_tenant.stream = StreamKey::new("Order", "a").of_tenant("acme");
        for subscription in &mut others {
            assert!(is_waiting(subscription).await);
        }
        store.append(of_tenant).await.unwrap();
        for subscription in &mut others {
            assert_eq!(take(subscription, 1).await, [number(4)]);
        }
    }
}

async fn of_a_stream(log: &Log) {
    let (store, elsewhere) = (log.open().await, log.open().await);
    let of_a = || EventQuery::stream(StreamKey::new("Account", "a"));
    append(&store, "b", 1..=2).await;
    append(&store, "a", 3..=4).await;
    let cursor = store.start_cursor().await.unwrap().at(&all(&store).await[2]);
    let mut whole = store.subscribe(of_a());
    let mut versions = store.subscribe(of_a().from_version(2));
    let mut behind = store.subscribe_after(cursor, of_a()).await.unwrap();
    let mut rare = store.subscribe(of_a().named(["Rare"]));
    assert!(is_waiting(&mut rare).await);
    assert_eq!(take(&mut whole, 2).await, [3, 4]);
    assert_eq!(take(&mut versions, 1).await, [4]);
    assert_eq!(take(&mut behind, 1).await, [4]);
    append(&elsewhere, "b", 5..=5).await;
    append(&elsewhere, "a", 6..=7).await;
    store.append(events("a", "Rare", [8])).await.unwrap();
    for subscription in [&mut whole, &mut versions, &mut behind] {
        assert_eq!(take(subscription, 3).await, [6, 7, 8]);
    }
    assert_eq!(take(&mut rare, 1).await, [8]);
}
