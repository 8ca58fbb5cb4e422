//! What has failed is tried again by itself, later and later, and not for ever.

use std::time::Duration;

use cqrs_runtime::projection::{DeadLetter, RetryPolicy};

use super::bench::{Bench, NAME, told, until};
use super::domain::Fault;
use crate::database::{Database, on_both};

on_both! {
    it_is_tried_again_when_it_is_time
    it_is_not_tried_for_ever
}

const HOUR: Duration = Duration::from_hours(1);

fn policy(attempts: u32) -> RetryPolicy {
    RetryPolicy { attempts, pause: HOUR, longest: HOUR * 3 }
}

/// Lets the time come at which letters are to be tried again.
async fn let_it_be_time(database: &Database) {
    let then = if database.url.starts_with("sqlite") { "0" } else { "to_timestamp(0)" };
    let sql = format!("UPDATE cqrs_dead_letters SET retry_at = {then} WHERE retry_at IS NOT NULL");
    database.execute(&sql).await;
}

async fn letters(bench: &Bench) -> Vec<DeadLetter> {
    bench.read_models().letters(NAME).await.unwrap()
}

async fn it_is_tried_again_when_it_is_time(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.retry = policy(5);
    bench.moves("a", Fault::Changing).await;
    bench.moves("b", Fault::Nothing).await;
    for _ in 0..15 {
        bench.moves("a", Fault::Nothing).await;
    }
    let parked = bench.caught_up().await;
    assert_eq!(parked[0].retry_at.unwrap() - parked[0].parked_at, chrono::TimeDelta::hours(1));
    let (first, others) = (parked[0].attempts, parked[1..].iter().all(|letter| letter.retry_at.is_none()));
    assert!(first == 1 && others, "{parked:#?}");

    let running = bench.read_models().start();
    // Not before its time, however much else there is to do.
    for _ in 0..3 {
        let position = bench.moves("b", Fault::Nothing).await;
        bench.read_models().wait_for(NAME, position, super::bench::LONG).await.unwrap();
    }
    assert_eq!(bench.checked().await, parked);
    bench.is_broken(false);
    let_it_be_time(&bench.database).await;
    until(async || letters(&bench).await.is_empty()).await;
    running.stop().await;
    assert_eq!(bench.checked().await, []);
    bench.store.close().await;
}

async fn it_is_not_tried_for_ever(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.retry = policy(4);
    let poison = bench.moves("a", Fault::Refused).await;
    let behind = bench.moves("a", Fault::Nothing).await;
    bench.caught_up().await;
    let running = bench.read_models().start();
    for (attempts, hours) in [(2, Some(2)), (3, Some(3)), (4, None)] {
        let_it_be_time(&bench.database).await;
        until(async || letters(&bench).await[0].attempts == attempts).await;
        let letters = letters(&bench).await;
        assert_eq!(told(&letters), [(poison, true, attempts), (behind, false, 0)]);
        // It was tried after it was parked, which is not long ago.
        let pause = letters[0].retry_at.map(|at| (at - letters[0].parked_at).num_hours());
        assert_eq!(pause, hours, "{letters:#?}");
    }
    running.stop().await;
    // When asked for, it still is.
    assert_eq!(told(&bench.retry("a").await)[0], (poison, true, 5));
    bench.is_broken(false);
    assert_eq!(bench.retry("a").await, []);
    bench.store.close().await;
}
