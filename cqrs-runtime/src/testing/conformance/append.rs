//! Verdicts by version, and what is written.

use uuid::Uuid;

use super::{accepted, any, append, appended, at, commit, count, event, events, read, stream, verdict};
use crate::store::ExpectedVersion::{Any, Exact, Exists, NoStream};
use crate::store::{Backend, EventQuery, Verdict};

/// Each expected version against a new stream and one of two events.
pub async fn every_expected_version_is_judged(backend: &dyn Backend) {
    for (index, (expected, accepts_new, accepts_two)) in [
        (Exact(0), true, false),
        (Exact(1), false, false),
        (Exact(2), false, true),
        (Exact(3), false, false),
        (NoStream, true, false),
        (Exists, false, true),
        (Any, true, true),
    ]
    .into_iter()
    .enumerate()
    {
        let (new, two) = (stream(&format!("new-{index}")), stream(&format!("two-{index}")));
        accepted(backend, &any(&two, 2)).await;
        for (stream, version, accepts) in [(new, 0, accepts_new), (two, 2, accepts_two)] {
            let before = count(backend).await;
            let found = verdict(backend, &append(&stream, expected, events(1))).await;
            if accepts {
                let appended = appended(&found);
                assert_eq!((appended.version, appended.count, appended.repeated), (version + 1, 1, false));
            } else {
                assert_eq!(found, Verdict::Conflict { actual: version }, "{expected} on {stream}");
                assert_eq!(count(backend).await, before, "a conflict has written something");
            }
        }
    }
}

/// Same-stream appends of one batch see each other's events, in order.
pub async fn a_batch_of_one_stream_builds_on_itself(backend: &dyn Backend) {
    let (one, other) = (stream("one"), stream("other"));
    let verdicts = commit(
        backend,
        &[
            append(&one, NoStream, events(2)),
            append(&other, NoStream, events(1)),
            append(&one, Exact(0), events(1)),
            append(&one, Exact(2), events(3)),
            append(&one, NoStream, events(1)),
            append(&one, Exists, events(1)),
            append(&other, Exact(1), events(1)),
        ],
    )
    .await;
    let versions = |index: usize| appended(&verdicts[index]).version;
    assert_eq!([versions(0), versions(3), versions(5)], [2, 5, 6]);
    assert_eq!([versions(1), versions(6)], [1, 2]);
    assert_eq!(verdicts[2], Verdict::Conflict { actual: 2 });
    assert_eq!(verdicts[4], Verdict::Conflict { actual: 5 });
    let versions: Vec<_> = read(backend, &EventQuery::stream(one)).await.iter().map(|e| e.version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
}

/// An append without events is judged by its version and answered with it; a batch may be empty.
pub async fn a_batch_of_nothing_is_judged(backend: &dyn Backend) {
    assert!(commit(backend, &[]).await.is_empty());
    let one = stream("one");
    accepted(backend, &any(&one, 3)).await;
    let nothing = accepted(backend, &append(&one, Exact(3), Vec::new())).await;
    assert_eq!((nothing.version, nothing.count, nothing.position), (3, 0, None));
    assert_eq!(verdict(backend, &append(&one, Exact(2), Vec::new())).await, Verdict::Conflict { actual: 3 });
}

/// Of a batch, only the refused ones are not written.
pub async fn no_verdict_depends_on_a_neighbour(backend: &dyn Backend) {
    let known = any(&stream("known"), 1);
    accepted(backend, &known).await;
    let mut reused = any(&stream("reused"), 1);
    reused.events[0].id = known.events[0].id;
    let batch =
        [any(&stream("a"), 1), append(&stream("b"), Exact(7), events(1)), reused, known.clone(), any(&stream("c"), 2)];
    let verdicts = commit(backend, &batch).await;
    assert_eq!(appended(&verdicts[0]).version, 1);
    assert_eq!(verdicts[1], Verdict::Conflict { actual: 0 });
    assert_eq!(verdicts[2], Verdict::EventIdReused { id: known.events[0].id });
    assert!(appended(&verdicts[3]).repeated);
    assert_eq!(appended(&verdicts[4]).version, 2);
    assert_eq!(count(backend).await, 4);
}

/// Every column comes back, odd texts included.
pub async fn events_are_stored_as_they_were_sent(backend: &dyn Backend) {
    let odd = "'\"\\ {}$1 \u{e9}\u{1f600} %_";
    let key = crate::store::StreamKey::new("Type of things", format!("id {odd}")).of_tenant("ten ant");
    let mut sent = append(&key, NoStream, events(2));
    sent.principal = format!("who {odd}");
    sent.keys = String::from(r#"{"a":"b","\u001f":"\\"}"#);
    sent.recorded_at = at(5) + chrono::TimeDelta::microseconds(123_456);
    sent.events[1].name = format!("Named {odd}").into();
    sent.events[1].schema_version = u32::from(u16::MAX);
    sent.events[1].payload =
        String::from(r#"{"text":"\u0000\u001e\u001f \" é 😀","n":1.5e-300,"big":18446744073709551615}"#);
    let appended = accepted(backend, &sent).await;
    let stored = read(backend, &EventQuery::stream(key.clone())).await;
    assert_eq!(stored.len(), 2);
    assert_eq!(appended.position, Some(stored[1].position));
    for (version, (stored, event)) in (1..).zip(stored.iter().zip(&sent.events)) {
        assert_eq!((&stored.stream, stored.version), (&key, version));
        assert_eq!(
            (stored.event_id, &*stored.name, stored.schema_version),
            (event.id, &*event.name, event.schema_version)
        );
        assert_eq!(stored.payload, event.payload);
        assert_eq!((stored.correlation_id, stored.causation_id), (sent.correlation_id, sent.causation_id));
        assert_eq!((&stored.principal, &stored.keys), (&sent.principal, &sent.keys));
        assert_eq!((stored.recorded_at, appended.recorded_at), (sent.recorded_at, sent.recorded_at));
    }
}

/// Positions follow the order of commits, and within a batch the order of its appends.
pub async fn positions_ascend_through_all_streams(backend: &dyn Backend) {
    let mut sent = Vec::new();
    for round in 0..3 {
        let batch: Vec<_> = [3, 1, 2].map(|id| any(&stream(&format!("{id}")), 1 + round)).into();
        let verdicts = commit(backend, &batch).await;
        let ends: Vec<_> = verdicts.iter().map(|verdict| appended(verdict).position).collect();
        assert!(ends.is_sorted() && ends.iter().all(Option::is_some), "{ends:?}");
        sent.extend(batch.into_iter().flat_map(|append| append.events).map(|event| event.id));
    }
    let log = read(backend, &EventQuery::log()).await;
    assert_eq!(log.iter().map(|event| event.event_id).collect::<Vec<_>>(), sent);
    assert!(log.is_sorted_by(|a, b| a.position < b.position) && log[0].position > 0);
}

/// A clock that steps back records the time of the stream's last event, in later batches and in the same one.
pub async fn recorded_times_never_step_back(backend: &dyn Backend) {
    let (one, other) = (stream("one"), stream("other"));
    let sent_at = |stream, second| {
        let mut append = any(stream, 1);
        append.recorded_at = at(second);
        append
    };
    accepted(backend, &sent_at(&one, 10)).await;
    let batch = [sent_at(&one, 5), sent_at(&other, 5), sent_at(&one, 20), sent_at(&one, 15), sent_at(&other, 6)];
    let times: Vec<_> = commit(backend, &batch).await.iter().map(|verdict| appended(verdict).recorded_at).collect();
    assert_eq!(times, [at(10), at(5), at(20), at(20), at(6)]);
    let stored: Vec<_> = read(backend, &EventQuery::log()).await.iter().map(|event| event.recorded_at).collect();
    assert_eq!(stored, [at(10), at(10), at(5), at(20), at(20), at(6)]);
}

/// What is settled is over; what comes after it is written.
pub async fn settling_lets_later_appends_pass(backend: &dyn Backend) {
    let one = stream("one");
    accepted(backend, &any(&one, 1)).await;
    for _ in 0..2 {
        let settled = backend.settle(Uuid::now_v7()).await;
        assert!(settled.is_ok(), "{settled:?}");
    }
    let later = append(&one, Exact(1), vec![event("Withdrawn")]);
    assert_eq!(accepted(backend, &later).await.version, 2);
}
