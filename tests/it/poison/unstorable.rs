//! Rows that the database does not take park the event that makes them, not the read model.

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{Append, ExpectedVersion, NewEvent, StreamKey};

use super::bench::{Bench, LONG, told};
use super::domain::{Fault, Moved, Purse};
use crate::database::{Database, on_both};

on_both! {
    a_constraint_parks_one_event
    a_constraint_stops_a_retry_at_one_event
    a_field_too_long_for_an_index_parks_one_event
}

const SQLITE: [&str; 2] = [
    "CREATE TRIGGER moderate BEFORE INSERT ON content_g1 WHEN NEW.balance >= 1000 BEGIN SELECT RAISE(ABORT, 'moderate'); END",
    "DROP TRIGGER moderate",
];
const POSTGRES: [&str; 2] = [
    "ALTER TABLE content_g1 ADD CONSTRAINT moderate CHECK (balance < 1000)",
    "ALTER TABLE content_g1 DROP CONSTRAINT moderate",
];

fn rule(database: &Database) -> [&'static str; 2] {
    if database.url.starts_with("sqlite") { SQLITE } else { POSTGRES }
}

async fn a_constraint_parks_one_event(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.batch_events = 1_000;
    bench.read_models().prepare().await.unwrap();
    let [refuse, allow] = rule(&bench.database);
    bench.database.execute(refuse).await;
    for _ in 0..10 {
        for purse in ["a", "b", "c"] {
            bench.moves(purse, Fault::Nothing).await;
        }
    }
    let poison = bench.moves_by("b", 1_000_000, Fault::Nothing).await;
    for _ in 0..10 {
        for purse in ["a", "c", "d"] {
            bench.moves(purse, Fault::Nothing).await;
        }
    }
    let behind = bench.moves("b", Fault::Nothing).await;
    let letters = bench.caught_up().await;
    assert_eq!(told(&letters), [(poison, true, 1), (behind, false, 0)]);
    assert_eq!(letters[0].error, "its rows can't be stored: it breaks the constraint `moderate`");
    let left = bench.retry("b").await;
    assert_eq!(told(&left), [(poison, true, 2), (behind, false, 0)]);
    bench.database.execute(allow).await;
    assert_eq!(bench.retry("b").await, []);
    assert_eq!(bench.caught_up().await, []);
    bench.store.close().await;
}

/// Of letters that are tried again together, one is refused.
async fn a_constraint_stops_a_retry_at_one_event(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.read_models().prepare().await.unwrap();
    let [refuse, allow] = rule(&bench.database);
    bench.database.execute(refuse).await;
    bench.moves("b", Fault::Changing).await;
    bench.moves("b", Fault::Nothing).await;
    bench.moves("b", Fault::Nothing).await;
    let poison = bench.moves_by("b", 1_000_000, Fault::Nothing).await;
    let behind = bench.moves("b", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await.len(), 5);
    bench.is_broken(false);
    let left = bench.retry("b").await;
    assert_eq!(told(&left), [(poison, true, 1), (behind, false, 0)]);
    assert_eq!(bench.discard("b", poison).await, []);
    bench.moves("b", Fault::Nothing).await;
    assert_eq!(bench.caught_up().await, []);
    bench.database.execute(allow).await;
    bench.store.close().await;
}

/// An owner as a text by which rows are found.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Purse(Moved)))]
struct Owned {
    #[read_model(key)]
    purse: String,
    #[read_model(filter, order)]
    owner: String,
    text: String,
}

impl Project<Moved> for Owned {
    fn project(row: &mut Row<Self>, event: &Recorded<Moved>) -> Result<(), ProjectionError> {
        let (purse, owner) = (event.stream_id.clone(), event.owner.clone());
        row.at(purse.clone()).insert(|| Self { purse, text: owner.clone(), owner })
    }
}

/// Texts that can't be compressed, of which both databases take the same ones.
async fn a_field_too_long_for_an_index_parks_one_event(database: Database) {
    let bench = Bench::new(database).await;
    let read_models = ReadModels::new(bench.store.clone()).with::<Owned>().options(bench.options);
    let tenant = "t".repeat(255);
    for (purse, length) in [("a", 1_900), ("b", 2_100), ("c", 100_000), ("d", 3)] {
        let owner: String = (0..length).map(|_| fastrand::alphanumeric()).collect();
        let payload = serde_json::json!({ "owner": owner, "amount": (1, Fault::Nothing, "") }).to_string();
        let moved = NewEvent { schema_version: 2, ..NewEvent::new(Uuid::now_v7(), "Moved", payload) };
        let stream = StreamKey::new(Purse::TYPE, purse).of_tenant(&*tenant);
        bench.store.append(Append::new(stream, ExpectedVersion::Any, vec![moved])).await.unwrap();
    }
    read_models.catch_up(LONG).await.unwrap();
    let rows = read_models.query::<Owned>().tenant(&*tenant).fetch().await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| (&*row.purse, row.text.len())).collect::<Vec<_>>(), [("a", 1_900), ("d", 3)]);
    let letters = read_models.letters("owned").await.unwrap();
    assert_eq!(letters.iter().map(|letter| &*letter.stream.id).collect::<Vec<_>>(), ["b", "c"]);
    for letter in letters {
        assert!(letter.error.contains("bytes in an index, with the key, and 2000 are the most"), "{}", letter.error);
    }
    bench.store.close().await;
}
