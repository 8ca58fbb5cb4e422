//! Events that are sent again.

use super::{accepted, any, append, appended, commit, count, event, events, stream, verdict};
use crate::store::ExpectedVersion::{Any, Exact, Exists, NoStream};
use crate::store::{Append, Backend, Claim, ClaimChange, ExpectedVersion, Verdict};

fn expecting(append: &Append, expected: ExpectedVersion) -> Append {
    Append { expected, ..append.clone() }
}

/// At their original version, or with any, the same events are accepted and nothing is written; later events of the
/// stream don't matter.
pub async fn the_same_events_are_accepted_once(backend: &dyn Backend) {
    let one = stream("one");
    let first = append(&one, NoStream, events(2));
    let first_answer = accepted(backend, &first).await;
    let second = append(&one, Exact(2), events(1));
    let second_answer = accepted(backend, &second).await;
    accepted(backend, &any(&one, 1)).await;
    let before = count(backend).await;
    for (again, answer) in [
        (first.clone(), first_answer),
        (expecting(&first, Exact(0)), first_answer),
        (expecting(&first, Any), first_answer),
        (expecting(&first, Exists), first_answer),
        (second.clone(), second_answer),
        (expecting(&second, Any), second_answer),
    ] {
        let repeated = accepted(backend, &again).await;
        assert_eq!(repeated, crate::store::Appended { repeated: true, ..answer }, "{:?}", again.expected);
    }
    for again in [expecting(&first, Exact(2)), expecting(&second, NoStream), expecting(&second, Exact(4))] {
        assert_eq!(verdict(backend, &again).await, Verdict::Conflict { actual: 4 }, "{:?}", again.expected);
    }
    assert_eq!(count(backend).await, before);
}

/// A prefix, a middle and an end of a written batch are repetitions where they stand.
pub async fn a_part_of_a_written_batch_is_a_repetition(backend: &dyn Backend) {
    let one = stream("one");
    let whole = append(&one, NoStream, events(4));
    accepted(backend, &whole).await;
    for (from, to) in [(0, 1), (0, 3), (1, 3), (3, 4)] {
        let part = append(&one, Exact(from as u64), whole.events[from..to].to_vec());
        for part in [expecting(&part, Any), part] {
            let repeated = accepted(backend, &part).await;
            assert_eq!((repeated.version, repeated.repeated), (to as u64, true));
        }
    }
    let gap = vec![whole.events[0].clone(), whole.events[2].clone()];
    let swapped = vec![whole.events[1].clone(), whole.events[0].clone()];
    for events in [gap, swapped] {
        assert_eq!(verdict(backend, &append(&one, Any, events)).await, Verdict::Conflict { actual: 4 });
    }
    assert_eq!(count(backend).await, 4);
}

/// Known events beside new ones conflict, before or after them; the version is the one that the batch left.
pub async fn known_and_new_events_conflict(backend: &dyn Backend) {
    let one = stream("one");
    let known = append(&one, NoStream, events(2));
    accepted(backend, &known).await;
    let mut longer = known.events.clone();
    longer.push(event("Deposited"));
    let mut later = vec![event("Deposited")];
    later.extend(known.events.clone());
    for (expected, events) in [(NoStream, &longer), (Any, &longer), (Any, &later), (Exact(2), &later)] {
        let mixed = append(&one, expected, events.clone());
        assert_eq!(verdict(backend, &mixed).await, Verdict::Conflict { actual: 2 });
    }
    let verdicts = commit(backend, &[any(&one, 3), append(&one, Any, longer), any(&one, 1)]).await;
    assert_eq!(verdicts[1], Verdict::Conflict { actual: 5 });
    assert_eq!(appended(&verdicts[2]).version, 6);
}

/// A known id with another stream, tenant, name, version or payload is another event.
pub async fn a_known_id_in_another_stream_or_shape_is_refused(backend: &dyn Backend) {
    let one = stream("one");
    let known = append(&one, NoStream, events(2));
    accepted(backend, &known).await;
    let id = known.events[1].id;
    let changed = |change: fn(&mut Append)| {
        let mut append = Append { events: known.events[1..].to_vec(), ..expecting(&known, Any) };
        change(&mut append);
        append
    };
    for again in [
        changed(|append| append.stream.id = String::from("other")),
        changed(|append| append.stream.stream_type = "Other".into()),
        changed(|append| append.stream.tenant = String::from("other")),
        changed(|append| append.events[0].name = "Other".into()),
        changed(|append| append.events[0].schema_version = 2),
        changed(|append| append.events[0].payload = String::from("{}")),
    ] {
        assert_eq!(verdict(backend, &again).await, Verdict::EventIdReused { id }, "{again:?}");
    }
    let mut mixed = append(&stream("other"), Any, vec![event("New")]);
    mixed.events.push(known.events[1].clone());
    assert_eq!(verdict(backend, &mixed).await, Verdict::EventIdReused { id });
    assert_eq!(count(backend).await, 2);
}

/// Ids before receipts, receipts before claims, claims before versions.
pub async fn precedence_of_verdicts(backend: &dyn Backend) {
    let (holder, one) = (stream("holder"), stream("one"));
    let claim = Claim::new("email", "a@b");
    let mut taking = any(&holder, 1);
    taking.claims = vec![ClaimChange::Take(claim.clone())];
    accepted(backend, &taking).await;
    let receipt = super::receipt::receipt(&one, "key", 1);
    let mut written = any(&one, 1);
    written.receipt = Some(receipt);
    accepted(backend, &written).await;

    let mut all = append(&one, Exact(9), vec![event("New")]);
    all.claims = vec![ClaimChange::Take(claim.clone())];
    assert_eq!(verdict(backend, &all).await, Verdict::Conflict { actual: 1 });
    let current = Append { expected: Exact(1), ..all.clone() };
    assert_eq!(verdict(backend, &current).await, Verdict::ClaimTaken { claim, holder });
    all.receipt.clone_from(&written.receipt);
    assert!(matches!(verdict(backend, &all).await, Verdict::Receipted(_)));
    all.events = written.events.clone();
    assert_eq!(verdict(backend, &all).await, Verdict::Conflict { actual: 1 });
    all.expected = Any;
    assert!(appended(&verdict(backend, &all).await).repeated);
}
