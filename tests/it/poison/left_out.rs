//! What was left out for good stays so in what is built or projected anew, however many steps that takes.

use cqrs_runtime::projection::{RebuildOptions, VerifyOptions};
use cqrs_runtime::store::GenerationState;

use super::bench::{Bench, NAME};
use super::domain::Fault;
use crate::database::{Database, on_both};

on_both! {
    what_was_left_out_since_is_no_reason_against_going_back
    a_replay_of_several_pages_parks_the_same
}

/// It is not asked for again.
async fn what_was_left_out_since_is_no_reason_against_going_back(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.moves("b", Fault::Nothing).await;
    let poison = bench.moves("a", Fault::Changing).await;
    bench.moves("a", Fault::Nothing).await;
    let other = bench.moves("c", Fault::Changing).await;
    assert_eq!(bench.caught_up().await.len(), 3);
    assert_eq!(bench.read_models().rebuild(NAME, |_| ()).await.unwrap().parked, 3);
    assert_eq!(bench.discard("a", poison).await, []);
    bench.moves("a", Fault::Nothing).await;
    let back = bench.read_models().roll_back(NAME, RebuildOptions::default(), |_| ()).await.unwrap();
    assert_eq!((back.generation.number, back.parked), (1, 1));
    let letters = bench.checked().await;
    assert_eq!(letters.iter().map(|letter| letter.position).collect::<Vec<_>>(), [other]);
    let states: Vec<_> = bench.generations().await.into_iter().map(|known| known.state).collect();
    assert_eq!(states, [GenerationState::Serving, GenerationState::Retired]);
    bench.store.close().await;
}

/// Sequences that go on for pages behind what is parked, and behind what was left out.
async fn a_replay_of_several_pages_parks_the_same(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.batch_events = 3;
    let mut poison = Vec::new();
    for round in 0..8 {
        for purse in ["a", "b", "c"] {
            let fault = if round == 1 && purse != "c" { Fault::Changing } else { Fault::Nothing };
            let position = bench.moves(purse, fault).await;
            poison.extend((fault == Fault::Changing).then_some(position));
        }
    }
    assert_eq!(bench.caught_up().await.len(), 14);
    assert_eq!(bench.discard("b", poison[1]).await, []);
    let parked = bench.checked().await;
    assert_eq!(parked.len(), 7);
    let verified = bench.read_models().verify(NAME, VerifyOptions::default(), |_| ()).await.unwrap();
    assert!(verified.is_clean(), "{verified:#?}");
    let positions =
        |letters: &[cqrs_runtime::store::DeadLetter]| letters.iter().map(|letter| letter.position).collect::<Vec<_>>();
    assert_eq!(positions(&verified.not_replayed), positions(&parked));
    assert_eq!(verified.discarded.len(), 1);
    // It minds how many may be parked.
    bench.options.parked_events = 6;
    let refused = bench.read_models().verify(NAME, VerifyOptions::default(), |_| ()).await.unwrap_err();
    let source = std::error::Error::source(&refused).unwrap();
    assert!(source.to_string().starts_with("7 events would be parked"), "{refused:?}");
    bench.store.close().await;
}
