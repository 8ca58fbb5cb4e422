//! Questions disturb nobody who is at work, and say at once what can't be answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{
    CatchUpError, EngineError, EngineOptions, InvalidOptions, PrepareError, ReadModels, WaitError,
};
use cqrs_runtime::store::{Append, ExpectedVersion, NewEvent, StreamKey};
use futures_util::future::{BoxFuture, join};

use super::bench::{Bench, LONG, NAME, until};
use super::domain::{Content, Fault, Moved, Purse, PurseId};
use crate::database::{Database, on_both};
use crate::projecting::steps::{Step, stepped};

on_both! {
    a_question_takes_no_partition_from_who_is_at_work
    where_nothing_is_new_nobody_goes_to_work
    a_changed_read_model_is_told_of_at_once
    what_can_not_work_is_refused
    what_has_not_been_appended_is_waited_for
}

/// How often each partition was taken.
async fn epochs(bench: &Bench) -> Vec<u64> {
    bench.partitions().await.iter().map(|known| known.lease.epoch).collect()
}

async fn a_question_takes_no_partition_from_who_is_at_work(database: Database) {
    let mut bench = Bench::new(database).await;
    // Nobody else is to take them because the machine is slow, either.
    bench.options.lease_time = Duration::from_secs(15);
    bench.moves("a", Fault::Nothing).await;
    let server = bench.read_models();
    server.prepare().await.unwrap();
    let running = server.start();
    until(async || bench.partitions().await.iter().filter(|known| known.is_alive).count() == 4).await;
    let before = epochs(&bench).await;
    for _ in 0..5 {
        bench.moves("a", Fault::Nothing).await;
        bench.caught_up().await;
    }
    let poison = bench.moves("a", Fault::Changing).await;
    bench.caught_up().await;
    bench.discard("a", poison).await;
    assert_eq!(epochs(&bench).await, before);
    running.stop().await;
    bench.store.close().await;
}

async fn where_nothing_is_new_nobody_goes_to_work(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.moves("a", Fault::Nothing).await;
    bench.caught_up().await;
    let acquired = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&acquired);
    let store = stepped(&bench.database.url, move |step| -> BoxFuture<'static, ()> {
        count.fetch_add(usize::from(step == Step::Acquire), Ordering::Relaxed);
        Box::pin(std::future::ready(()))
    })
    .await;
    let read_models = ReadModels::new(store.clone()).with::<Content>().options(bench.options);
    read_models.catch_up(LONG).await.unwrap();
    assert_eq!(acquired.load(Ordering::Relaxed), 0);
    bench.moves("a", Fault::Nothing).await;
    read_models.catch_up(Duration::MAX).await.unwrap();
    assert!(acquired.load(Ordering::Relaxed) > 0);
    store.close().await;
    bench.store.close().await;
}

mod changed {
    use super::{Moved, Project, ProjectionError, Purse, PurseId, ReadModel, Recorded, Row};

    /// The same table in another shape.
    #[derive(ReadModel, Clone, Debug, PartialEq)]
    #[read_model(events(Purse(Moved)))]
    pub(super) struct Content {
        #[read_model(key)]
        purse: PurseId,
    }

    impl Project<Moved> for Content {
        fn project(row: &mut Row<Self>, _: &Recorded<Moved>) -> Result<(), ProjectionError> {
            let purse = row.id()?;
            row.upsert(|| Self { purse }, |_| ())
        }
    }
}

async fn a_changed_read_model_is_told_of_at_once(database: Database) {
    let mut bench = Bench::new(database).await;
    let position = bench.moves("a", Fault::Nothing).await;
    bench.caught_up().await;
    let changed = ReadModels::new(bench.store.clone()).with::<changed::Content>().options(bench.options);
    let error = changed.wait_for(NAME, position, Duration::MAX).await.unwrap_err();
    assert!(matches!(error, WaitError::Changed { name: NAME }), "{error:?}");
    let error = changed.catch_up(Duration::MAX).await.unwrap_err();
    assert!(matches!(error, CatchUpError::Changed { ref names } if *names == [NAME]), "{error:?}");
    bench.store.close().await;
}

async fn what_can_not_work_is_refused(database: Database) {
    let mut bench = Bench::new(database).await;
    let position = bench.moves("a", Fault::Nothing).await;
    let twice = bench.read_models().with::<changed::Content>();
    let refused = twice.prepare().await.unwrap_err();
    assert!(matches!(refused, PrepareError::Twice { name: NAME }), "{refused:?}");
    let valid = bench.options;
    for (options, expected) in [
        (EngineOptions { partitions: 0, ..valid }, InvalidOptions::Partitions),
        (EngineOptions { workers: 0, ..valid }, InvalidOptions::Workers),
        (EngineOptions { workers: valid.partitions + 1, ..valid }, InvalidOptions::Workers),
        (EngineOptions { batch_events: 0, ..valid }, InvalidOptions::BatchEvents),
        (EngineOptions { lease_time: Duration::ZERO, ..valid }, InvalidOptions::LeaseTime),
        (EngineOptions { lease_time: Duration::MAX, ..valid }, InvalidOptions::LeaseTime),
    ] {
        let read_models = bench.read_models().options(options);
        let refused = read_models.catch_up(LONG).await.unwrap_err();
        let is_expected = |error: &CatchUpError| matches!(error, CatchUpError::Prepare(PrepareError::Options(found)) if *found == expected);
        assert!(is_expected(&refused), "{refused:?}");
        // Started without having been prepared, it stands, and says why.
        let running = read_models.start();
        let reason = loop {
            match read_models.wait_for(NAME, position, Duration::from_millis(10)).await.unwrap_err() {
                WaitError::Behind { source: Some(error), .. } => break error,
                WaitError::Behind { source: None, .. } => {}
                error => panic!("{error:?}"),
            }
        };
        assert!(matches!(*reason, EngineError::Options(found) if found == expected), "{reason:?}");
        running.stop().await;
    }
    bench.store.close().await;
}

async fn what_has_not_been_appended_is_waited_for(database: Database) {
    let mut bench = Bench::new(database).await;
    let position = bench.moves("a", Fault::Nothing).await;
    let read_models = bench.read_models();
    read_models.prepare().await.unwrap();
    let running = read_models.start();
    read_models.wait_for(NAME, position, LONG).await.unwrap();
    for beyond in [position + 1, u64::MAX] {
        let error = read_models.wait_for(NAME, beyond, Duration::from_millis(20)).await.unwrap_err();
        let WaitError::Behind { reached, wanted, .. } = error else { panic!("{error:?}") };
        assert_eq!((reached, wanted), (position, beyond));
    }
    // What comes may be for the read model, or not.
    let next = join(read_models.wait_for(NAME, position + 1, LONG), bench.moves("a", Fault::Nothing));
    next.await.0.unwrap();
    let other = NewEvent::new(Uuid::now_v7(), "Other", "{}");
    let other = Append::new(StreamKey::new("Other", "a"), ExpectedVersion::Any, vec![other]);
    let next = join(read_models.wait_for(NAME, position + 2, LONG), bench.store.append(other));
    next.await.0.unwrap();
    running.stop().await;
    bench.checked().await;
    bench.store.close().await;
}
