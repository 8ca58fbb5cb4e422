//! What is built anew stands beside what serves, and takes its place, its views and all.

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{
    GenerationState, QueryError, ReadModels, Readiness, RebuildOptions, VerifyError, VerifyOptions, WaitError,
};
use cqrs_runtime::store::{EventStore, StoreError};
use cqrs_tests::account::{Account, AccountOpened};

use super::domain::Owners;
use super::{Bench, LONG, NAME, totals};
use crate::database::{Database, on_both};

on_both! {
    it_is_rebuilt_and_gone_back_from
    another_shape_has_tables_of_its_own
    rows_are_not_compared
    a_statement_that_is_refused_makes_nothing
}

/// Owners as they once were: other tables, made of fewer events.
#[derive(TransactionalProjection)]
#[projection(version = 2, tables(owners, names), events(Account(AccountOpened)))]
struct Names;

impl CreateTables for Names {
    fn create(tables: &mut NewTables<Self>) {
        for table in [Self::OWNERS, Self::NAMES] {
            tables.sql(format!("CREATE TABLE {} (name TEXT PRIMARY KEY)", tables.name(table)));
        }
    }
}

impl ProjectInTransaction<AccountOpened> for Names {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<AccountOpened>,
    ) -> Result<(), ProjectionError> {
        for table in [Self::OWNERS, Self::NAMES] {
            let insert = format!("INSERT INTO {} VALUES ($1) ON CONFLICT (name) DO NOTHING", transaction.table(table));
            transaction.execute(&insert, [event.owner.as_str().into()]).await?;
        }
        Ok(())
    }
}

async fn it_is_rebuilt_and_gone_back_from(database: Database) {
    let bench = Bench::new(database).await;
    bench.opens("ada", 10).await;
    bench.caught_up().await;
    let first = bench.read_models().serving::<Owners>().await.unwrap();
    assert_eq!(first.table(Owners::OWNERS), "owners_g1");
    // As if somebody had done so by hand.
    bench.database.execute("UPDATE owners_g1 SET total = 77").await;
    bench.opens("eve", 5).await;
    let mut seen = Vec::new();
    let rebuilt = bench.read_models().rebuild(NAME, |progress| seen.push(progress.events)).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.events, rebuilt.parked), (2, 4, 0));
    assert_eq!(seen.last(), Some(&4));
    assert_eq!(bench.owned().await, totals([("ada", 10), ("eve", 5)]));
    assert_eq!(bench.read_models().serving::<Owners>().await.unwrap().table(Owners::OWNERS), "owners_g2");

    let back = bench.read_models().roll_back(NAME, RebuildOptions::default(), |_| ()).await.unwrap();
    assert_eq!(back.generation.number, 1);
    assert_eq!(bench.owned().await, totals([("ada", 77), ("eve", 5)]), "it was brought up to date");
    let dropped = bench.read_models().drop_kept(NAME).await.unwrap();
    assert_eq!(dropped.iter().map(|generation| generation.number).collect::<Vec<_>>(), [2]);
    assert!(bench.database.try_execute("SELECT 1 FROM owners_g2").await.is_err());
    bench.database.execute("SELECT 1 FROM owned_accounts").await;
}

async fn another_shape_has_tables_of_its_own(database: Database) {
    let bench = Bench::new(database).await;
    bench.opens("ada", 10).await;
    bench.caught_up().await;
    let changed = ReadModels::new(bench.store.clone()).with_transactional::<Names>();
    assert_eq!(changed.prepare().await.unwrap(), [(NAME, Readiness::Changed)]);
    assert!(matches!(changed.wait_for(NAME, 1, LONG).await, Err(WaitError::Changed { .. })));
    let served = changed.serving::<Names>().await;
    assert!(matches!(served, Err(QueryError::Store(StoreError::NotServed { .. }))), "{served:?}");
    assert_eq!(bench.owned().await, totals([("ada", 10)]), "what serves goes on");

    changed.rebuild(NAME, |_| ()).await.unwrap();
    assert_eq!((bench.database.count("owners").await, bench.database.count("names").await), (1, 1));
    bench.database.execute("SELECT name FROM owners").await;
    let gone = bench.database.try_execute("SELECT 1 FROM owned_accounts").await;
    assert!(gone.is_err(), "the view of a table that is no more is gone");
    // The program of the old shape goes on with its own.
    bench.opens("ada", 5).await;
    bench.caught_up().await;
    assert_eq!(bench.numbers("SELECT owner, total FROM owners_g1").await, totals([("ada", 15)]));
    // Nobody is at the old shape any more.
    changed.drop_generation(NAME, 1).await.unwrap();
    let states: Vec<_> =
        changed.status().await.unwrap()[0].generations.iter().map(|known| known.generation.state).collect();
    assert_eq!(states, [GenerationState::Serving]);
}

async fn rows_are_not_compared(database: Database) {
    let bench = Bench::new(database).await;
    bench.opens("ada", 10).await;
    bench.caught_up().await;
    let verified = bench.read_models().verify(NAME, VerifyOptions::default(), |_| ()).await;
    assert!(matches!(verified, Err(VerifyError::NoRows { name: NAME })), "{verified:?}");
}

/// Says what no database takes.
#[derive(TransactionalProjection)]
#[projection(events(Account(AccountOpened)))]
struct Mistaken;

impl CreateTables for Mistaken {
    fn create(tables: &mut NewTables<Self>) {
        tables.sql(format!("CREATE TABLE {} (name TEXT PRIMARY KEY)", tables.name(Self::MISTAKEN)));
        tables.sql("CREATE INDEX ON nothing_of_the_kind (at_all)");
    }
}

impl ProjectInTransaction<AccountOpened> for Mistaken {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        Ok(())
    }
}

async fn a_statement_that_is_refused_makes_nothing(database: Database) {
    let store = EventStore::open(&database.url).await.unwrap();
    let mistaken = ReadModels::new(store.clone()).with_transactional::<Mistaken>();
    let refused = mistaken.prepare().await.unwrap_err();
    let told = format!("{refused:?}");
    assert!(told.contains("nothing_of_the_kind") || told.contains("syntax"), "{told}");
    assert!(mistaken.status().await.unwrap()[0].generations.is_empty());
    assert!(database.try_execute("SELECT 1 FROM mistaken_g1").await.is_err());
    store.close().await;
}
