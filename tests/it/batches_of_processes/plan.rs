//! Random appends: few streams and few ids, so that they get in each other's way.

use cqrs_tests::appending::{PLAIN, REFUSED};
use cqrs_tests::together::{Expected, Planned};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

const STREAMS: u8 = 3;
const IDS: u64 = 24;

/// What several processes submit at the same time, each in its own order.
pub(super) fn waves() -> impl Strategy<Value = Vec<Vec<Planned>>> {
    (vec(planned(), 4..16), vec(vec(planned(), 0..4), 2..=4), any::<prop::sample::Index>()).prop_map(
        |(common, own, turned)| {
            let turn = turned.index(common.len());
            own.into_iter().enumerate().map(|(number, own)| wave(number, &common, turn, &own)).collect()
        },
    )
}

/// Every second process has what all submit in the opposite order, and its own appends in the midst of it.
fn wave(number: usize, common: &[Planned], turn: usize, own: &[Planned]) -> Vec<Planned> {
    let (first, second) = common.split_at(turn);
    let mut wave = [first, own, second].concat();
    if number % 2 == 1 {
        wave.reverse();
    }
    for append in &mut wave {
        // Most ids are those of one process: what all send is a repetition.
        let all_send_it = common.contains(append) && append.events.first().is_some_and(|(id, _)| id.as_u128() % 4 == 0);
        if !all_send_it {
            for (id, _) in &mut append.events {
                *id = Uuid::from_u128(id.as_u128() + (number as u128 + 1) * 1_000);
            }
        }
    }
    wave
}

/// An append; ids and stream are those of no case yet, see [`of_case`].
pub(super) fn planned() -> impl Strategy<Value = Planned> {
    let expected = prop_oneof![
        4 => Just(Expected::Any),
        1 => Just(Expected::Exists),
        2 => Just(Expected::NoStream),
        4 => (0..12_u64).prop_map(Expected::Exact),
    ];
    let events = prop::collection::btree_set(0..IDS, 1..4);
    (0..STREAMS, expected, events, prop::bool::weighted(0.15), prop::bool::weighted(0.1)).prop_map(
        |(stream, expected, ids, refused, other)| {
            let payload = match (refused, other) {
                (true, _) => REFUSED,
                (_, true) => "\"other\"",
                _ => PLAIN,
            };
            let events = ids.into_iter().map(|id| (Uuid::from_u128(u128::from(id)), payload.to_owned()));
            Planned { stream: stream.to_string(), expected, events: events.collect() }
        },
    )
}

/// The same append, with a stream and ids that only this case has.
pub(super) fn of_case(case: u64, mut planned: Planned) -> Planned {
    planned.stream = format!("{} of case {case}", planned.stream);
    for (id, _) in &mut planned.events {
        *id = Uuid::from_u128(id.as_u128() | u128::from(case) << 64);
    }
    planned
}
