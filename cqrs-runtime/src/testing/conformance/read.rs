//! Reading events.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::{accepted, any, append, at, commit, event, read, stream};
use crate::store::ExpectedVersion::Any;
use crate::store::{Append, Backend, Direction, EventQuery, StoredEvent, StreamKey};

/// A log of two tenants, two types, three names, and a second for each event.
async fn mixed_log(backend: &dyn Backend) -> Vec<StoredEvent> {
    let streams = [
        stream("one"),
        stream("two"),
        StreamKey::new("Order", "one"),
        stream("one").of_tenant("acme"),
        StreamKey::new("Order", "two").of_tenant("acme"),
    ];
    let names = ["Opened", "Deposited", "Withdrawn"];
    let mut batch = Vec::new();
    for index in 0..40_usize {
        let new = event(names[(index * index + index / 5) % names.len()]);
        let timed = Append {
            recorded_at: at(i64::try_from(index).unwrap_or_default()),
            ..append(&streams[(index * 7 + index / 9) % streams.len()], Any, vec![new])
        };
        batch.push(timed);
    }
    commit(backend, &batch).await;
    let log = read(backend, &EventQuery::log()).await;
    assert_eq!(log.len(), 40);
    log
}

fn is_wanted(query: &EventQuery, event: &StoredEvent) -> bool {
    let among = |list: &[std::borrow::Cow<'static, str>], text: &str| list.is_empty() || list.iter().any(|t| t == text);
    query.stream.as_ref().is_none_or(|stream| *stream == event.stream)
        && query.tenant.as_ref().is_none_or(|tenant| *tenant == event.stream.tenant)
        && among(&query.names, &event.name)
        && among(&query.stream_types, &event.stream.stream_type)
        && (query.from_version.unwrap_or(0)..=query.to_version.unwrap_or(u64::MAX)).contains(&event.version)
        && query.after_position.is_none_or(|after| event.position > after)
        && query.to_position.is_none_or(|to| event.position <= to)
        && query.recorded_from.is_none_or(|from| event.recorded_at >= from)
        && query.recorded_before.is_none_or(|end| event.recorded_at < end)
}

fn queries(log: &[StoredEvent]) -> Vec<EventQuery> {
    let (early, late) = (log[9].position, log[30].position);
    let bases = [
        EventQuery::log(),
        EventQuery::log().tenant(""),
        EventQuery::log().tenant("acme"),
        EventQuery::log().tenant("nobody"),
        EventQuery::stream(stream("one")),
        EventQuery::stream(stream("one").of_tenant("acme")),
        EventQuery::stream(stream("one")).tenant("acme"),
        EventQuery::stream(stream("nobody")),
    ];
    let conditions: [fn(EventQuery, u64, u64) -> EventQuery; 15] = [
        |query, _, _| query,
        |query, _, _| query.named(["Deposited"]),
        |query, _, _| query.named(["Deposited", "Opened"]),
        |query, _, _| query.named(["Nothing"]),
        |query, _, _| query.of_types(["Account"]),
        |query, _, _| query.of_types(["Account", "Order", "Nothing"]),
        |query, _, _| query.from_version(2),
        |query, _, _| query.to_version(3),
        |query, _, _| query.from_version(2).to_version(4),
        |query, early, _| query.after_position(early),
        |query, early, late| query.after_position(early).to_position(late),
        |query, _, _| query.recorded_from(at(10)),
        |query, _, _| query.recorded_before(at(10)),
        |query, _, _| query.recorded_from(at(5)).recorded_before(at(25)),
        |query, early, late| {
            let query = query.named(["Deposited", "Withdrawn"]).of_types(["Account"]).from_version(1).to_version(6);
            query.after_position(early).to_position(late).recorded_from(at(8)).recorded_before(at(28))
        },
    ];
    let combined = bases.iter().flat_map(|base| conditions.iter().map(|add| add(base.clone(), early, late)));
    combined.collect()
}

/// Every condition, alone and together, in both directions, with and without a limit.
pub async fn every_condition_selects(backend: &dyn Backend) {
    let log = mixed_log(backend).await;
    for query in queries(&log) {
        let mut wanted: Vec<_> = log.iter().filter(|event| is_wanted(&query, event)).cloned().collect();
        for query in [query.clone(), query.backwards()] {
            if query.direction == Direction::Backwards {
                wanted.reverse();
            }
            assert_eq!(read(backend, &query).await, wanted, "{query:?}");
            for limit in [0, 1, 3] {
                let limited = query.clone().limit(limit as u64);
                assert_eq!(read(backend, &limited).await, wanted[..wanted.len().min(limit)], "{limited:?}");
            }
        }
    }
}

/// The same type and id of another tenant is another stream.
pub async fn tenants_are_kept_apart(backend: &dyn Backend) {
    let streams = ["", "acme", "Acme", "acme "].map(|tenant| stream("one").of_tenant(tenant));
    for (count, stream) in (1..).zip(&streams) {
        assert_eq!(accepted(backend, &any(stream, count)).await.version, count as u64);
    }
    for (count, stream) in (1..).zip(&streams) {
        for query in [EventQuery::stream(stream.clone()), EventQuery::log().tenant(&*stream.tenant)] {
            let events = read(backend, &query).await;
            assert!(events.len() == count && events.iter().all(|event| event.stream == *stream), "{query:?}");
        }
    }
}

/// More events than a page holds, both ways, of a stream and of the log.
pub async fn long_logs_are_read_page_by_page(backend: &dyn Backend) {
    let (one, other) = (stream("one"), stream("other"));
    for _ in 0..5 {
        commit(backend, &[any(&one, 450), any(&other, 50)]).await;
    }
    for (query, count) in [
        (EventQuery::log(), 2_500),
        (EventQuery::log().limit(2_001), 2_001),
        (EventQuery::log().named(["Deposited", "Other"]), 2_500),
        (EventQuery::stream(one.clone()), 2_250),
        (EventQuery::stream(one.clone()).from_version(251), 2_000),
        (EventQuery::stream(one).limit(1_000), 1_000),
    ] {
        let forwards = read(backend, &query).await;
        assert_eq!(forwards.len(), count);
        assert!(forwards.is_sorted_by(|a, b| a.position < b.position));
        if query.limit.is_none() {
            let mut backwards = read(backend, &query.backwards()).await;
            backwards.reverse();
            assert_eq!(backwards, forwards);
        }
    }
}

/// `Break` ends a reading at once.
pub async fn a_reader_may_stop(backend: &dyn Backend) {
    accepted(backend, &any(&stream("one"), 1_500)).await;
    for stop in [1, 999, 1_000, 1_001] {
        let mut seen = 0;
        let outcome = backend
            .read(&EventQuery::log(), &mut |_| {
                seen += 1;
                if seen == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .await;
        assert!(outcome.is_ok() && seen == stop, "{outcome:?} after {seen} events");
    }
}

/// The head is 0 at first, then the last position; the log's identity stays.
pub async fn the_head_is_the_last_position(backend: &dyn Backend) {
    let head = async || backend.head().await.unwrap_or_else(|error| panic!("the head can't be read: {error:?}"));
    let empty = head().await;
    assert!(empty.position == 0 && empty.log != Uuid::nil());
    let last = accepted(backend, &any(&stream("one"), 3)).await.position;
    let after = head().await;
    assert_eq!((Some(after.position), after.log), (last, empty.log));
}
