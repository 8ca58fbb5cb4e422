//! Events of which nobody knows the sequence, for they can't be read: all later ones of the tenant wait for them, those of
//! other tenants go on.

use std::collections::BTreeMap;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{DeadLetter, LettersError, ReadModels};
use cqrs_runtime::store::{Append, ExpectedVersion, NewEvent, StreamKey};

use super::bench::{Bench, LONG, disarm, until};
use super::domain::{Fault, Moved, Purse};
use crate::database::{Database, on_both};

on_both! {
    the_tenant_waits_until_it_is_left_out
    the_tenant_waits_until_it_can_be_read
    what_was_left_out_stays_out_of_a_rebuild
    two_workers_wait_for_it
    a_damaged_row_holds_the_tenant
    a_damaged_row_parks_its_stream
}

const NAME: &str = "fortune";
const UNKNOWN: &str = "(unknown)";

/// What an owner has. All events of an owner are one sequence.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Purse(Moved)), partition = owner)]
pub(super) struct Fortune {
    #[read_model(key)]
    pub owner: String,
    pub balance: i64,
    #[read_model(filter)]
    pub last: i64,
}

impl Project<Moved> for Fortune {
    fn project(row: &mut Row<Self>, event: &Recorded<Moved>) -> Result<(), ProjectionError> {
        let (owner, amount) = (event.owner.clone(), event.amount.0.amount);
        row.at(owner.clone()).upsert(
            || Self { owner, balance: 0, last: 0 },
            |fortune| {
                fortune.balance = fortune.balance * 2 + amount;
                fortune.last = amount;
            },
        )
    }
}

fn read_models(bench: &Bench) -> ReadModels {
    ReadModels::new(bench.store.clone()).with::<Fortune>().options(bench.options)
}

/// Money moves in a purse of an owner.
async fn moves(bench: &Bench, tenant: &str, owner: &str, amount: i64, fault: Fault) -> u64 {
    let payload = serde_json::json!({ "owner": owner, "amount": (amount, fault, &bench.switch) }).to_string();
    let moved = NewEvent { schema_version: 2, ..NewEvent::new(Uuid::now_v7(), "Moved", payload) };
    let stream = StreamKey::new(Purse::TYPE, format!("{owner}-{amount}")).of_tenant(tenant);
    let append = Append::new(stream, ExpectedVersion::Any, vec![moved]);
    bench.store.append(append).await.unwrap().position.unwrap()
}

async fn rows(bench: &Bench, tenant: &str) -> BTreeMap<String, i64> {
    let rows = read_models(bench).query::<Fortune>().tenant(tenant).fetch().await.unwrap().rows;
    rows.into_iter().map(|row| (row.owner, row.balance)).collect()
}

fn owned<const N: usize>(rows: [(&str, i64); N]) -> BTreeMap<String, i64> {
    rows.into_iter().map(|(owner, balance)| (owner.to_owned(), balance)).collect()
}

async fn letters(bench: &Bench) -> Vec<DeadLetter> {
    read_models(bench).letters(NAME).await.unwrap()
}

fn told(letters: &[DeadLetter]) -> Vec<(u64, &str, bool)> {
    letters.iter().map(|letter| (letter.position, &*letter.sequence_key, !letter.error.is_empty())).collect()
}

/// Somebody can't be read in the midst of it; the positions of that, and of those behind it.
pub(super) async fn held(bench: &Bench) -> (u64, u64, u64) {
    moves(bench, "", "ada", 1, Fault::Nothing).await;
    moves(bench, "", "bob", 2, Fault::Nothing).await;
    let poison = moves(bench, "", "ada", 3, Fault::Unreadable).await;
    moves(bench, "north", "ada", 4, Fault::Nothing).await;
    let bob = moves(bench, "", "bob", 5, Fault::Nothing).await;
    let ada = moves(bench, "", "ada", 6, Fault::Nothing).await;
    (poison, bob, ada)
}

async fn the_tenant_waits_until_it_is_left_out(database: Database) {
    let bench = Bench::new(database).await;
    let (poison, bob, ada) = held(&bench).await;
    read_models(&bench).catch_up(LONG).await.unwrap();
    let parked = letters(&bench).await;
    assert_eq!(told(&parked), [(poison, UNKNOWN, true), (bob, "bob", false), (ada, "ada", false)]);
    assert_eq!(rows(&bench, "").await, owned([("ada", 1), ("bob", 2)]));
    assert_eq!(rows(&bench, "north").await, owned([("ada", 4)]));
    // Of those behind it, none is tried before it.
    let left = read_models(&bench).retry(NAME, "bob", LONG).await.unwrap();
    assert_eq!(told(&left), [(bob, "bob", false)]);
    let carl = moves(&bench, "", "carl", 7, Fault::Nothing).await;
    read_models(&bench).catch_up(LONG).await.unwrap();
    assert_eq!(letters(&bench).await.last().unwrap().position, carl);

    let running = read_models(&bench).start();
    assert_eq!(read_models(&bench).discard(NAME, UNKNOWN, LONG).await.unwrap(), []);
    until(async || letters(&bench).await.is_empty()).await;
    running.stop().await;
    assert_eq!(rows(&bench, "").await, owned([("ada", 2 + 6), ("bob", 4 + 5), ("carl", 7)]));
    assert_eq!(rows(&bench, "north").await, owned([("ada", 4)]));
    bench.store.close().await;
}

async fn the_tenant_waits_until_it_can_be_read(database: Database) {
    let bench = Bench::new(database).await;
    let (poison, ..) = held(&bench).await;
    let another = moves(&bench, "", "bob", 8, Fault::Unreadable).await;
    read_models(&bench).catch_up(LONG).await.unwrap();
    let left = read_models(&bench).retry(NAME, UNKNOWN, LONG).await.unwrap();
    assert_eq!(told(&left), [(poison, UNKNOWN, true), (another, UNKNOWN, false)]);
    let running = read_models(&bench).start();
    bench.is_broken(false);
    assert_eq!(read_models(&bench).retry(NAME, UNKNOWN, LONG).await.unwrap(), []);
    until(async || letters(&bench).await.is_empty()).await;
    running.stop().await;
    assert_eq!(rows(&bench, "").await, owned([("ada", (2 + 3) * 2 + 6), ("bob", (4 + 5) * 2 + 8)]));
    assert_eq!(rows(&bench, "north").await, owned([("ada", 4)]));
    bench.store.close().await;
}

/// The letters of each owner wait for it, and are tried one sequence after the other.
async fn what_was_left_out_stays_out_of_a_rebuild(database: Database) {
    let bench = Bench::new(database).await;
    held(&bench).await;
    for (owner, amount) in [("carl", 7), ("dora", 8), ("emil", 9), ("fay", 10)] {
        moves(&bench, "", owner, amount, Fault::Nothing).await;
    }
    read_models(&bench).catch_up(LONG).await.unwrap();
    let running = read_models(&bench).start();
    assert_eq!(read_models(&bench).discard(NAME, UNKNOWN, LONG).await.unwrap(), []);
    until(async || letters(&bench).await.is_empty()).await;
    running.stop().await;
    let before = rows(&bench, "").await;
    assert_eq!(before.len(), 6);
    let rebuilt = read_models(&bench).rebuild(NAME, |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, 0));
    assert_eq!(rows(&bench, "").await, before);
    bench.store.close().await;
}

/// Whoever has not the partition of it, waits until it is parked before going on.
async fn two_workers_wait_for_it(database: Database) {
    let bench = Bench::new(database).await;
    read_models(&bench).prepare().await.unwrap();
    let running = [read_models(&bench).start(), read_models(&bench).start()];
    let shares = async || {
        let status = read_models(&bench).status().await.unwrap();
        let mut shares = BTreeMap::new();
        for partition in status[0].generations[0].partitions.iter().filter_map(|partition| partition.worker) {
            *shares.entry(partition).or_insert(0) += 1;
        }
        shares.into_values().collect::<Vec<_>>()
    };
    until(async || shares().await == [2, 2]).await;
    let mut last = 0;
    for round in 0..10 {
        for owner in ["ada", "bob", "carl", "dora", "emil", "fay"] {
            let fault = if round == 3 && owner == "carl" { Fault::Unreadable } else { Fault::Nothing };
            last = moves(&bench, "", owner, round, fault).await;
        }
    }
    read_models(&bench).wait_for(NAME, last, LONG).await.unwrap();
    assert_eq!(letters(&bench).await.len(), 60 - (3 * 6 + 2), "all that stand behind it");
    bench.is_broken(false);
    assert_eq!(read_models(&bench).retry(NAME, UNKNOWN, LONG).await.unwrap(), []);
    until(async || letters(&bench).await.is_empty()).await;
    let all = (0..10).fold(0, |balance, round| balance * 2 + round);
    let owners = ["ada", "bob", "carl", "dora", "emil", "fay"];
    assert_eq!(rows(&bench, "").await, owned(owners.map(|owner| (owner, all))));
    for running in running {
        running.stop().await;
    }
    bench.store.close().await;
}

async fn a_damaged_row_holds_the_tenant(database: Database) {
    let bench = Bench::new(database).await;
    let (poison, bob, ada) = held(&bench).await;
    disarm(&bench.database).await;
    bench.database.execute(&format!("UPDATE cqrs_events SET schema_version = -1 WHERE position = {poison}")).await;
    read_models(&bench).catch_up(LONG).await.unwrap();
    let parked = letters(&bench).await;
    assert_eq!(told(&parked), [(poison, UNKNOWN, true), (bob, "bob", false), (ada, "ada", false)]);
    assert!(parked[0].error.contains("damaged: its column `schema_version`"), "{}", parked[0].error);
    let running = read_models(&bench).start();
    assert_eq!(read_models(&bench).discard(NAME, UNKNOWN, LONG).await.unwrap(), []);
    until(async || letters(&bench).await.is_empty()).await;
    running.stop().await;
    assert_eq!(rows(&bench, "").await, owned([("ada", 2 + 6), ("bob", 4 + 5)]));
    let unknown = read_models(&bench).discard(NAME, "dora", LONG).await.unwrap_err();
    assert!(matches!(unknown, LettersError::NotParked { .. }), "{unknown:?}");
    bench.store.close().await;
}

/// Where the stream is the sequence, it is known of a damaged row, too.
async fn a_damaged_row_parks_its_stream(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.moves("a", Fault::Nothing).await;
    let damaged = bench.moves("b", Fault::Nothing).await;
    let behind = bench.moves("b", Fault::Nothing).await;
    bench.moves("a", Fault::Nothing).await;
    let last = bench.moves("c", Fault::Nothing).await;
    disarm(&bench.database).await;
    let damage = async |version: i32, position| {
        let damage = format!("UPDATE cqrs_events SET schema_version = {version} WHERE position = {position}");
        bench.database.execute(&damage).await;
    };
    damage(-1, damaged).await;
    // The last one of the log, too.
    damage(-1, last).await;
    let letters = bench.caught_up().await;
    let expected = [(damaged, true, 1), (behind, false, 0), (last, true, 1)];
    assert_eq!(super::bench::told(&letters), expected);
    damage(1, damaged).await;
    damage(1, last).await;
    assert_eq!(bench.retry("b").await, []);
    assert_eq!(bench.retry("c").await, []);
    assert_eq!(bench.caught_up().await, []);
    bench.store.close().await;
}
