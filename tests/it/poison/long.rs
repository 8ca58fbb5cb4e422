//! Sequences with more letters than a batch has events, and letters of which nothing is left to project.

use cqrs_runtime::projection::{EngineError, LettersError, WaitError};
use std::time::Duration;

use super::bench::{Bench, LONG, NAME, told};
use super::domain::Fault;
use crate::database::{Database, on_both};

on_both! {
    a_retry_goes_on_behind_its_batch
    a_discard_leaves_one_event_out
    letters_that_vanish_are_settled
    more_letters_than_allowed_stop_it
}

/// Twenty moves of `a`, of which the first and the twelfth fail; the positions of these two.
async fn long(bench: &mut Bench) -> (u64, u64) {
    bench.moves("b", Fault::Nothing).await;
    let first = bench.moves("a", Fault::Changing).await;
    for _ in 0..10 {
        bench.moves("a", Fault::Nothing).await;
    }
    let second = bench.moves("a", Fault::Refused).await;
    for _ in 0..8 {
        bench.moves("a", Fault::Nothing).await;
    }
    bench.moves("b", Fault::Nothing).await;
    (first, second)
}

async fn a_retry_goes_on_behind_its_batch(database: Database) {
    let mut bench = Bench::new(database).await;
    let (first, _) = long(&mut bench).await;
    assert_eq!(bench.caught_up().await.len(), 20);
    let left = bench.retry("a").await;
    assert_eq!((told(&left)[0], left.len()), ((first, true, 2), 20));
    // It starves nobody.
    bench.moves("b", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await.len(), 20);
    bench.is_broken(false);
    assert_eq!(bench.retry("a").await, []);
    bench.moves("a", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await, []);
    bench.store.close().await;
}

async fn a_discard_leaves_one_event_out(database: Database) {
    let mut bench = Bench::new(database).await;
    let (first, second) = long(&mut bench).await;
    assert_eq!(bench.caught_up().await.len(), 20);
    let left = bench.discard("a", first).await;
    assert_eq!((told(&left)[0], left.len()), ((second, true, 1), 9));
    assert_eq!(bench.discard("a", second).await, []);
    assert_eq!(bench.caught_up().await, []);
    let refused = bench.read_models().discard(NAME, &Bench::sequence("a"), LONG).await.unwrap_err();
    assert!(matches!(refused, LettersError::NotParked { name: NAME, .. }), "{refused:?}");
    bench.store.close().await;
}

async fn letters_that_vanish_are_settled(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.moves("b", Fault::Nothing).await;
    bench.moves("a", Fault::Vanishing).await;
    bench.moves("a", Fault::Nothing).await;
    bench.moves("a", Fault::Vanishing).await;
    bench.moves("a", Fault::Nothing).await;
    bench.moves("c", Fault::Vanishing).await;
    assert_eq!(bench.caught_up().await.len(), 5);
    bench.is_broken(false);
    assert_eq!(bench.retry("a").await, []);
    assert_eq!(bench.retry("c").await, []);
    bench.moves("c", Fault::Nothing).await;
    bench.moves("a", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await, []);
    bench.store.close().await;
}

async fn more_letters_than_allowed_stop_it(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.parked_events = 9;
    let poison = bench.moves("a", Fault::Changing).await;
    for _ in 0..20 {
        bench.moves("a", Fault::Nothing).await;
    }
    let last = bench.moves("b", Fault::Nothing).await;
    let read_models = bench.read_models();
    read_models.prepare().await.unwrap();
    let running = read_models.start();
    let stopped = loop {
        match read_models.wait_for(NAME, last, Duration::from_millis(20)).await.unwrap_err() {
            WaitError::Behind { source: Some(error), .. } => break error,
            WaitError::Behind { source: None, .. } => {}
            error => panic!("{error:?}"),
        }
    };
    assert!(matches!(*stopped, EngineError::TooManyLetters { parked: 14, limit: 9 }), "{stopped:?}");
    let letters = read_models.letters(NAME).await.unwrap();
    assert_eq!((told(&letters)[0], letters.len()), ((poison, true, 1), 7), "none is skipped");
    // Once they are seen to, it goes on.
    bench.is_broken(false);
    assert_eq!(read_models.retry(NAME, &Bench::sequence("a"), LONG).await.unwrap(), []);
    read_models.wait_for(NAME, last, LONG).await.unwrap();
    running.stop().await;
    assert_eq!(bench.checked().await, []);
    bench.store.close().await;
}
