//! What takes too long is given up, what passes by itself is tried again, and who has lost the lease writes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{PrepareError, ReadModels};
use cqrs_runtime::store::{AdvanceVerdict, EventStore, Session, StoreError, Tables, WorkerId};
use cqrs_tests::account::{Account, AccountOpened};
use futures_util::future::BoxFuture;

use super::domain::Owners;
use super::{Bench, LONG, NAME, totals};
use crate::database::{Database, on_both};
use crate::projecting::steps::{Step, refusing, stepped};

on_both! {
    an_event_that_has_no_end_is_parked
    nothing_is_written_without_the_lease
    what_was_committed_without_an_answer_is_not_written_again
}

async fn an_event_that_has_no_end_is_parked(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.lease_time = Duration::from_millis(300);
    bench.options.batch_events = 2;
    bench.opens("endless", 10).await;
    bench.opens("ada", 1).await;
    let letters = bench.caught_up().await;
    assert_eq!(letters.len(), 2, "{letters:#?}");
    assert!(letters[0].error.contains("it takes too much time"), "{letters:#?}");
    assert_eq!(bench.owned().await, totals([("ada", 1)]));
    // Nor does it have one when it is tried again.
    let left = bench.read_models().retry(NAME, &letters[0].sequence_key, LONG).await.unwrap();
    assert_eq!(left.iter().map(|letter| letter.attempts).collect::<Vec<_>>(), [2, 0], "{left:#?}");
}

/// Before a worker begins to write, another one takes the partition.
async fn nothing_is_written_without_the_lease(database: Database) {
    loses_its_lease(database, |step| *step == Step::Begin).await;
}

/// The same when all has been written, and only the commit is missing. (On SQLite, nobody else could write meanwhile.)
#[tokio::test]
async fn nothing_is_committed_without_the_lease() {
    loses_its_lease(Database::postgres().await, |step| matches!(step, Step::Write(..))).await;
}

async fn loses_its_lease(database: Database, when: fn(&Step) -> bool) {
    let (seen, backend) = (Seen::default(), open(&database.url, &Options::default()).await.unwrap());
    let hook = {
        let (seen, backend) = (Arc::clone(&seen), Arc::clone(&backend));
        move |step| -> BoxFuture<'static, ()> {
            let (seen, backend) = (Arc::clone(&seen), Arc::clone(&backend));
            Box::pin(async move { meddle(backend.tables().unwrap(), &seen, when, step).await })
        }
    };
    let bench = Bench::over(stepped(&database.url, hook).await, database).await;
    bench.opens("ada", 10).await;
    assert!(bench.caught_up().await.is_empty());
    assert!(seen.refused.load(Ordering::Acquire), "the worker has met its end");
    assert_eq!(bench.owned().await, totals([("ada", 10)]));
    bench.store.close().await;
    backend.close().await;
}

/// What has happened so far.
#[derive(Default)]
struct Meddled {
    taken: AtomicBool,
    refused: AtomicBool,
}

type Seen = Arc<Meddled>;

async fn meddle(tables: &dyn Tables, seen: &Meddled, when: fn(&Step) -> bool, step: Step) {
    const HOUR: Duration = Duration::from_hours(1);
    let (name, other) = ("owners@1", WorkerId(Uuid::from_u128(7)));
    // A transaction is begun before there are workers, too: to see whether there can be one.
    let worker = tables.checkpoints(name).await.unwrap().first().and_then(|known| known.worker);
    if let Some(worker) = worker
        && when(&step)
        && !seen.taken.swap(true, Ordering::AcqRel)
    {
        tables.heartbeat(worker, Duration::ZERO).await.unwrap();
        assert_eq!(tables.acquire(&Session::new(name, other, 1, HOUR)).await.unwrap().len(), 1);
    } else if let Step::Written(verdict) = step
        && !seen.refused.swap(true, Ordering::AcqRel)
    {
        assert_eq!(verdict, AdvanceVerdict::LeaseLost);
        tables.release(name, other).await.unwrap();
    }
}

async fn what_was_committed_without_an_answer_is_not_written_again(database: Database) {
    let lost = Arc::new(AtomicBool::new(false));
    let refuse = {
        let lost = Arc::clone(&lost);
        move |asked: &str, _: &str| {
            if asked == "written_in" && !lost.swap(true, Ordering::AcqRel) {
                return Err(StoreError::Unreachable("the answer is lost".into()));
            }
            Ok(())
        }
    };
    let store = refusing(&database.url, |_| Box::pin(async {}), refuse).await;
    let bench = Bench::over(store, database).await;
    bench.opens("ada", 10).await;
    assert!(bench.caught_up().await.is_empty());
    assert!(lost.load(Ordering::Acquire));
    assert_eq!(bench.owned().await, totals([("ada", 10)]));
    bench.store.close().await;
}

/// Fails as two do that wait for each other, the first times.
#[derive(TransactionalProjection)]
#[projection(events(Account(AccountOpened)))]
struct Unlucky;

impl CreateTables for Unlucky {
    fn create(tables: &mut NewTables<Self>) {
        tables.sql(format!("CREATE TABLE {} (owner TEXT PRIMARY KEY)", tables.name(Self::UNLUCKY)));
    }
}

impl ProjectInTransaction<AccountOpened> for Unlucky {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<AccountOpened>,
    ) -> Result<(), ProjectionError> {
        // What a sequence has given is not taken back.
        let tries = transaction.query("SELECT nextval('tries')", []).await?;
        if tries[0].try_get_by_index::<i64>(0)? < 4 {
            transaction.execute("DO $$ BEGIN RAISE 'once more' USING ERRCODE = '40P01'; END $$", []).await?;
        }
        let insert = format!("INSERT INTO {} VALUES ($1)", transaction.table(Self::UNLUCKY));
        transaction.execute(&insert, [event.owner.as_str().into()]).await?;
        Ok(())
    }
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_again() {
    let bench = Bench::new(Database::postgres().await).await;
    bench.database.execute("CREATE SEQUENCE tries").await;
    bench.opens("ada", 1).await;
    let unlucky = ReadModels::new(bench.store.clone()).with_transactional::<Unlucky>().options(bench.options);
    unlucky.catch_up(LONG).await.unwrap();
    assert!(unlucky.letters("unlucky").await.unwrap().is_empty());
    assert_eq!(bench.database.count("unlucky").await, 1);
}

#[tokio::test]
async fn a_store_in_memory_has_no_tables() {
    let read_models = ReadModels::new(EventStore::memory()).with_transactional::<Owners>();
    let prepared = read_models.prepare().await;
    assert!(matches!(prepared, Err(PrepareError::Store(StoreError::NoTables))), "{prepared:?}");
}
