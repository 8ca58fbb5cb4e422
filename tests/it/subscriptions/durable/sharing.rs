//! Several subscribers of one name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cqrs_runtime::store::{Backend, EventQuery, EventStore, MemoryBackend, Sequence, WriterOptions};
use cqrs_runtime::subscription::SubscriptionError;
use cqrs_runtime::testing::ManualClock;

use super::{Log, append, handle, is_waiting, mails, next, number, on_each_log, open};

on_each_log! {
    who_stands_by_takes_over
    who_has_lost_it_confirms_nothing
    each_event_goes_to_one_of_them
}

async fn who_stands_by_takes_over(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    let soon = || mails(&store).lease_time(Duration::from_millis(1_500));
    let (mut first, mut second) = (soon().open().await.unwrap(), soon().open().await.unwrap());
    assert_eq!(handle(&mut first, 1).await, [1]);
    assert!(is_waiting(&mut second).await, "there is one at a time");
    assert_eq!(number(&next(&mut first).await), 2);
    // Without a word: it does not live to confirm the second one.
    drop(first);
    assert_eq!(handle(&mut second, 2).await, [2, 3]);
}

async fn who_has_lost_it_confirms_nothing(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=3).await;
    let mut paused = open(&store).await;
    assert_eq!(handle(&mut paused, 1).await, [1]);
    let second = next(&mut paused).await;

    let backend = log.backend().await;
    let standing = backend.checkpoints("subscription mails").await.unwrap();
    let owner = standing[0].worker.unwrap();
    backend.heartbeat(owner, Duration::ZERO).await.unwrap();
    let mut other = open(&store).await;
    assert_eq!(number(&next(&mut other).await), 2, "it was not confirmed");

    let lost = paused.confirm(&second).await;
    assert!(matches!(lost, Err(SubscriptionError::LeaseLost { position }) if position == second.position), "{lost:?}");
    let standing = backend.checkpoints("subscription mails").await.unwrap();
    assert_eq!(standing[0].lease.checkpoint, second.position - 1, "nothing is kept");
    other.confirm(&second).await.unwrap();
    assert_eq!(handle(&mut other, 1).await, [3]);
    backend.close().await;
}

/// Two processes share the streams: each event is handled once, and those of a stream by one, in order.
async fn each_event_goes_to_one_of_them(log: &Log) {
    let stores = [log.open().await, log.open().await];
    let named = |at: usize| {
        stores[at].durable_subscription("mails", EventQuery::log()).partitions(4).lease_time(Duration::from_secs(3))
    };
    let mut first = named(0).open().await.unwrap();
    let mut second = named(1).open().await.unwrap();
    // A share is given up when it is asked for the next time.
    let backend = log.backend().await;
    let owners = async || {
        let standing = backend.checkpoints("subscription mails").await.unwrap();
        standing.iter().filter_map(|known| known.worker).collect::<BTreeSet<_>>().len()
    };
    while owners().await < 2 {
        assert!(is_waiting(&mut first).await && is_waiting(&mut second).await);
    }
    let streams = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for round in 0..10 {
        for (index, stream) in (0..).zip(streams) {
            append(&stores[0], stream, [round * 8 + index + 1]).await;
        }
    }
    let mut handled: BTreeMap<String, Vec<(usize, u128)>> = BTreeMap::new();
    let mut count = 0;
    while count < 80 {
        let (who, event) = tokio::select! {
            event = first.next() => (0, event.unwrap()),
            event = second.next() => (1, event.unwrap()),
        };
        let confirmed = if who == 0 { first.confirm(&event).await } else { second.confirm(&event).await };
        match confirmed {
            Ok(()) => {
                handled.entry(event.stream.id.clone()).or_default().push((who, number(&event)));
                count += 1;
            }
            // It has given it up to the other.
            Err(SubscriptionError::LeaseLost { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    for (index, stream) in (0_u128..).zip(streams) {
        let numbers: Vec<_> = handled[stream].iter().map(|(_, number)| *number).collect();
        assert_eq!(numbers, (0..10).map(|round| round * 8 + index + 1).collect::<Vec<_>>(), "{stream}");
        let takers: BTreeSet<_> = handled[stream].iter().map(|(who, _)| *who).collect();
        assert_eq!(takers.len(), 1, "{stream} has gone to both");
    }
    let takers: BTreeSet<_> = handled.values().flatten().map(|(who, _)| *who).collect();
    assert_eq!(takers.len(), 2, "one had nothing to do");
    backend.close().await;
}

/// What was given out before a partition was taken over says nothing of that partition's events.
#[tokio::test]
async fn a_confirmation_is_of_what_was_given_out() {
    let clock = ManualClock::at("2026-03-01T10:00:00Z");
    let backend = Arc::new(MemoryBackend::with_clock(Arc::new(clock.clone())));
    let store = EventStore::with_backend(Arc::clone(&backend) as Arc<dyn Backend>, WriterOptions::default());
    // Both ask for partitions at each step; their sessions end only when the clock is set.
    let named = || mails(&store).partitions(2).lease_time(Duration::from_micros(4));
    let of = |partition: u32| {
        let mut streams = ('a'..='z').map(String::from);
        streams.find(|stream| Sequence::of_stream("", "Account", stream).partition(2) == partition).unwrap()
    };
    append(&store, &of(0), [1]).await;
    append(&store, &of(1), [2, 3]).await;
    append(&store, &of(0), [4]).await;

    let mut first = named().open().await.unwrap();
    let mut second = named().open().await.unwrap();
    assert_eq!(number(&next(&mut first).await), 1);
    assert_eq!(number(&next(&mut second).await), 2);
    let fourth = next(&mut first).await;
    assert_eq!(number(&fourth), 4, "the second and third are the other's");
    drop(second);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(number(&next(&mut first).await), 2, "the other has not confirmed it");
    first.confirm(&fourth).await.unwrap();
    assert_eq!(number(&next(&mut first).await), 3);
    drop(first);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(handle(&mut named().open().await.unwrap(), 2).await, [2, 3]);
}
