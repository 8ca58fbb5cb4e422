//! Batches of any size make the same tables, byte for byte.

use cqrs_tests::orders::{Shop, Turnover, read_models};
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;

use super::killed::{LONG, append};
use super::tables::Look;
use crate::database::Database;
use crate::random::rng;

const SIZES: [usize; 4] = [1, 7, 1_000, usize::MAX];
/// More than a batch of the longest.
const MANY: usize = 1_100;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn check(runtime: &Runtime, cases: u32, events: usize, database: impl Fn() -> Database) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(0..u64::from(u32::MAX), 1..events), |(seed, events)| {
        let database = database();
        runtime.block_on(all_sizes_give_the_same(&database, seed, events));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

async fn all_sizes_give_the_same(database: &Database, seed: u64, events: usize) {
    let look = Look::of(database).await;
    append(&look.store, &mut Shop::new(seed), events).await;
    let mut first = None;
    for size in SIZES {
        let read_models = read_models(look.store.clone(), LONG, size).with_transactional::<Turnover>();
        let mut tables = Vec::new();
        for name in read_models.names() {
            let rebuilt = read_models.rebuild(name, |_| ()).await.unwrap();
            let serving = look.serving(name).await;
            assert_eq!(rebuilt.generation, serving.key);
            tables.extend(look.dump(&serving).await);
        }
        let first = first.get_or_insert_with(|| tables.clone());
        assert_eq!(tables, *first, "in batches of {size}");
    }
    look.all_equal_a_fold().await;
    look.close().await;
}

#[test]
fn on_sqlite() {
    check(&runtime(), 6, 200, Database::sqlite);
    runtime().block_on(all_sizes_give_the_same(&Database::sqlite(), rng().u64(..), MANY));
}

#[test]
fn on_postgres() {
    let runtime = runtime();
    let database = runtime.block_on(Database::postgres());
    runtime.block_on(all_sizes_give_the_same(&database, rng().u64(..), 300));
}
