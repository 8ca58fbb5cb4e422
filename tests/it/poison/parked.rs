//! Whatever an event fails of, it parks its sequence alone.

use cqrs_runtime::prelude::*;
use cqrs_runtime::store::Sequence;

use super::bench::{Bench, LONG, NAME, told};
use super::domain::{Fault, Purse};
use crate::database::{Database, on_both};

on_both! {
    an_undecodable_event
    a_panic_in_reading_the_payload
    a_panic_in_an_upcaster
    a_panic_in_changing_a_row
    a_panic_in_writing_a_document
    an_event_that_has_changed_rows_before_it_failed
    a_worker_that_goes_on_writes_what_follows_a_panic
}

async fn an_undecodable_event(database: Database) {
    parks_its_sequence_alone(database, Fault::Unreadable, "can't be decoded").await;
}

async fn a_panic_in_reading_the_payload(database: Database) {
    parks_its_sequence_alone(database, Fault::Reading, "read, it panics").await;
}

async fn a_panic_in_an_upcaster(database: Database) {
    parks_its_sequence_alone(database, Fault::Upcasting, "upcast, it panics").await;
}

async fn a_panic_in_changing_a_row(database: Database) {
    parks_its_sequence_alone(database, Fault::Changing, "changing the row, it panics").await;
}

async fn a_panic_in_writing_a_document(database: Database) {
    parks_its_sequence_alone(database, Fault::Writing, "written, it panics").await;
}

async fn an_event_that_has_changed_rows_before_it_failed(database: Database) {
    parks_its_sequence_alone(database, Fault::Refused, "it can't be read yet").await;
}

/// Its rows stay in its memory all the time.
async fn a_worker_that_goes_on_writes_what_follows_a_panic(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.rows_in_memory = 1_000;
    let read_models = bench.read_models();
    read_models.prepare().await.unwrap();
    let running = read_models.start();
    bench.moves("a", Fault::Nothing).await;
    let before = bench.moves("b", Fault::Nothing).await;
    read_models.wait_for(NAME, before, LONG).await.unwrap();
    let poison = bench.moves("b", Fault::Changing).await;
    bench.moves("b", Fault::Nothing).await;
    let last = bench.moves("b", Fault::Nothing).await;
    read_models.wait_for(NAME, last, LONG).await.unwrap();
    assert_eq!(bench.checked().await.len(), 3);
    assert_eq!(bench.discard("b", poison).await, []);
    let last = bench.moves("b", Fault::Nothing).await;
    read_models.wait_for(NAME, last, LONG).await.unwrap();
    assert_eq!(bench.checked().await, []);
    running.stop().await;
    bench.store.close().await;
}

async fn parks_its_sequence_alone(database: Database, fault: Fault, error: &str) {
    let mut bench = Bench::new(database).await;
    if fault == Fault::Writing {
        // What another event has changed before it is written is not written.
        bench.options.batch_events = 1;
    }
    // Of the same partition.
    let neighbour = neighbour_of("b", bench.options.partitions);
    for purse in ["a", "b", "c", "b"] {
        bench.moves(purse, Fault::Nothing).await;
    }
    let poison = bench.moves("b", fault).await;
    bench.moves("a", Fault::Nothing).await;
    bench.moves(neighbour, Fault::Nothing).await;
    let behind = bench.moves("b", Fault::Nothing).await;
    bench.moves("c", Fault::Nothing).await;

    let letters = bench.caught_up().await;
    assert_eq!(told(&letters), [(poison, true, 1), (behind, false, 0)]);
    assert!(letters[0].error.contains(error), "{}", letters[0].error);
    bench.moves("a", Fault::Nothing).await;
    bench.moves(neighbour, Fault::Nothing).await;
    let later = bench.moves("b", Fault::Nothing).await;
    let letters = bench.caught_up().await;
    assert_eq!(told(&letters), [(poison, true, 1), (behind, false, 0), (later, false, 0)]);

    let left = bench.retry("b").await;
    assert_eq!(told(&left), [(poison, true, 2), (behind, false, 0), (later, false, 0)]);
    bench.is_broken(false);
    assert_eq!(bench.retry("b").await, []);
    bench.moves("b", fault).await;
    assert_eq!(bench.caught_up().await, []);

    bench.is_broken(true);
    let poison = bench.moves("b", fault).await;
    bench.moves("b", Fault::Nothing).await;
    let again = bench.moves("b", fault).await;
    let last = bench.moves("b", Fault::Nothing).await;
    bench.moves("c", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await.len(), 4);
    let left = bench.discard("b", poison).await;
    assert_eq!(told(&left), [(again, true, 1), (last, false, 0)]);
    assert_eq!(bench.discard("b", again).await, []);
    bench.moves("b", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await, []);
    bench.store.close().await;
}

/// Another purse of the partition of one.
fn neighbour_of(purse: &str, partitions: u32) -> &'static str {
    let partition = |purse: &str| Sequence::of_stream("", Purse::TYPE, purse).partition(partitions);
    let mut others = ["d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"].into_iter();
    others.find(|other| partition(other) == partition(purse)).unwrap()
}
