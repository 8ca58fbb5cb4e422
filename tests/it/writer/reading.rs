//! Reading more than a page, and what is told of an append.

use chrono::{DateTime, SubsecRound, TimeDelta};
use cqrs_runtime::store::{EventQuery, EventStore, NewEvent, StreamKey};
use futures_util::TryStreamExt;
use uuid::Uuid;

use super::append;

const EVENTS: u64 = 2_500;

/// Two streams that take turns.
async fn two_streams() -> EventStore {
    let store = EventStore::memory();
    for number in 0..EVENTS / 500 {
        for (stream, base) in [("a", 1_000_000), ("b", 2_000_000)] {
            let mut many = append(stream, 1);
            let event = many.events.remove(0);
            let ids = (0..500).map(|index| Uuid::from_u128(base + u128::from(number * 500 + index)));
            many.events = ids.map(|id| NewEvent { id, ..event.clone() }).collect();
            store.append(many).await.expect("it is accepted");
        }
    }
    store
}

async fn read(store: &EventStore, query: EventQuery) -> Vec<(String, u64)> {
    let events = store.read(query).map_ok(|event| (event.stream.id, event.version));
    events.try_collect().await.expect("the log can be read")
}

#[tokio::test]
async fn a_stream_of_several_pages_is_read_whole_in_both_directions() {
    let store = two_streams().await;
    let stream = || EventQuery::stream(StreamKey::new("Account", "b"));
    let all: Vec<_> = (1..=EVENTS).map(|version| ("b".to_owned(), version)).collect();
    let reversed: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(read(&store, stream()).await, all);
    assert_eq!(read(&store, stream().backwards()).await, reversed);
    assert_eq!(read(&store, stream().from_version(900).limit(1_200)).await, all[899..2_099]);
    assert_eq!(read(&store, stream().backwards().to_version(2_000).limit(1_500)).await, reversed[500..2_000]);
}

#[tokio::test]
async fn a_log_of_several_pages_is_read_whole_in_both_directions() {
    let store = two_streams().await;
    let forwards = read(&store, EventQuery::log()).await;
    let backwards = read(&store, EventQuery::log().backwards()).await;
    assert_eq!(forwards.len() as u64, 2 * EVENTS);
    assert!(forwards.iter().eq(backwards.iter().rev()));
}

#[tokio::test]
async fn the_time_that_is_answered_is_the_one_that_is_stored() {
    let store = EventStore::memory();
    let mut fine = append("a", 1);
    fine.recorded_at = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(1_234_567);
    let answered = store.append(fine).await.expect("it is accepted").recorded_at;
    let stored: Vec<_> = store.read(EventQuery::log()).try_collect().await.expect("the log can be read");
    assert_eq!((answered, stored[0].recorded_at), (answered.trunc_subsecs(6), answered));
    assert_eq!(answered.timestamp_micros(), 1_234);
}
