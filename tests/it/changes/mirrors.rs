//! A mirror equals the table after random events, in batches of any size, projected by two processes.

use cqrs_runtime::projection::{Filter, Query, ReadModels};
use cqrs_tests::orders::{CustomerOrder, Payment, Shop};
use futures_util::FutureExt;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;

use super::*;

const TENANTS: [&str; 2] = ["", "north"];

/// The mirrors of a read model: of each tenant, all rows and those that satisfy a condition.
struct Mirrors<M: ReadModel> {
    mirrors: Vec<One<M>>,
}

struct One<M: ReadModel> {
    tenant: &'static str,
    filter: Option<Filter<M>>,
    mirror: Mirror<M>,
}

impl<M: ReadModel + PartialEq + std::fmt::Debug> Mirrors<M>
where
    M::Key: std::fmt::Debug,
{
    fn of(read_models: &ReadModels, filters: &[Filter<M>]) -> Self {
        let mut mirrors = Vec::new();
        for tenant in TENANTS {
            for filter in filters.iter().cloned().map(Some).chain([None]) {
                let changes = read_models.changes::<M>().tenant(tenant);
                let changes = match &filter {
                    Some(filter) => changes.filter(filter.clone()),
                    None => changes,
                };
                mirrors.push(One { tenant, filter, mirror: Mirror::of(changes.start()) });
            }
        }
        Self { mirrors }
    }

    /// Each comes to equal what a query shows.
    async fn come_to_the_table(&mut self, read_models: &ReadModels) -> usize {
        let mut rows = 0;
        for One { tenant, filter, mirror } in &mut self.mirrors {
            let query = read_models.query::<M>().tenant(*tenant).limit(10_000);
            let query = filter.iter().cloned().fold(query, Query::filter);
            let shown = query.fetch().await.unwrap().rows;
            rows += shown.len();
            mirror.comes_to(&shown).await;
            if filter.is_some() {
                assert_eq!(mirror.never_had, [], "keys of others are not told");
            }
        }
        rows
    }
}

/// All read models, over a store of its own.
async fn all(database: &Database, batch_events: usize) -> ReadModels {
    read_models(database, batch_events).await.with::<CustomerOrder>().with::<Payment>()
}

async fn mirrors_equal_the_tables(database: &Database, seed: u64, sizes: [usize; 2]) {
    let (one, other, follower) = (all(database, sizes[0]).await, all(database, sizes[1]).await, all(database, 1).await);
    one.catch_up(LONG).await.unwrap();
    let mut shop = Shop::new(seed);
    let mut debts = Mirrors::of(&follower, &[Debt::ODD.eq(true), !Debt::ODD.eq(true)]);
    let mut orders = Mirrors::of(&follower, &[CustomerOrder::CUSTOMER.eq(format!("{seed}-0").parse().unwrap())]);
    let mut payments = Mirrors::<Payment>::of(&follower, &[]);
    let running = [one.start(), other.start()];
    let mut rows = 0;
    for _ in 0..4 {
        for _ in 0..60 {
            one.store().append(shop.happens()).await.unwrap();
        }
        // While it goes on, whatever is there already.
        for number in 0..30 {
            let _ = debts.mirrors[number % 6].mirror.take().now_or_never();
            tokio::task::yield_now().await;
        }
        let head = one.store().head().await.unwrap().position;
        one.wait_for_all(head, LONG).await.unwrap();
        rows = debts.come_to_the_table(&follower).await
            + orders.come_to_the_table(&follower).await
            + payments.come_to_the_table(&follower).await;
    }
    assert!(rows > 0, "there is something to compare");
    for running in running {
        running.stop().await;
    }
    for read_models in [one, other, follower] {
        read_models.store().close().await;
    }
}

fn check(cases: u32, database: impl Fn(&Runtime) -> Database) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let sizes = proptest::sample::select(vec![[1, 7], [7, 1_000], [1_000, 1], [50, 50]]);
    let outcome = TestRunner::new(config).run(&(0..u64::from(u32::MAX), sizes), |(seed, sizes)| {
        let database = database(&runtime);
        runtime.block_on(mirrors_equal_the_tables(&database, seed, sizes));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn on_sqlite() {
    check(4, |_| Database::sqlite());
}

#[test]
fn on_postgres() {
    check(3, |runtime| runtime.block_on(Database::postgres()));
}
