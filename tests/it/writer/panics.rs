//! A database whose code panics costs no other append its answer.

use std::error::Error;
use std::time::Duration;

use cqrs_runtime::store::{AppendError, EventStore, WriterOptions};
use futures_util::future::join_all;
use futures_util::{FutureExt, poll};

use super::gated::{Fate, Gated};
use super::{append, gated, log};

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_commit_of_unknown_outcome() {
    for (written, id) in [(true, 1), (false, 2)] {
        let (store, database) = gated();
        database.allow([Fate::Panics { written }, Fate::Answered]);
        let appended = store.append(append("a", id)).await;
        assert!(matches!(&appended, Ok(appended) if appended.repeated == written), "{appended:?}");
        assert_eq!(log(&store).await, [id]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_that_cannot_be_settled_is_told_and_the_next_append_is_written() {
    let (store, database) = gated();
    database.can_settle(false);
    database.allow([Fate::Panics { written: false }]);
    let error = store.append(append("a", 1)).await.expect_err("nobody knows");
    assert!(matches!(error, AppendError::Indeterminate { source: Some(_), .. }), "{error:?}");
    let chain = std::iter::successors(error.source(), |&error| error.source()).map(ToString::to_string);
    assert!(chain.collect::<String>().contains("the database's code has a mistake"), "{error:?}");
    database.allow([Fate::Answered]);
    store.append(append("a", 2)).await.expect("the store goes on");
    assert_eq!(log(&store).await, [2]);
}

#[tokio::test(start_paused = true)]
async fn panics_without_end_fail_each_append_for_itself() {
    let (store, database) = gated();
    let mut appends: Vec<_> = (1..=3).map(|id| store.append(append("a", id)).boxed()).collect();
    for one in &mut appends {
        assert!(poll!(one).is_pending());
    }
    database.allow(vec![Fate::Panics { written: false }; 1_000]);
    for answer in join_all(appends).await {
        assert!(matches!(&answer, Err(AppendError::Store(error)) if !error.is_retryable()), "{answer:?}");
    }
    assert_eq!(log(&store).await, [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_may_be_looked_for_without_end() {
    let database = Gated::default();
    let options = WriterOptions { settle_within: Duration::MAX, ..WriterOptions::default() };
    let store = EventStore::with_backend(database.backend(), options);
    database.allow([Fate::LostAfterwards, Fate::Busy, Fate::Answered]);
    assert!(store.append(append("a", 1)).await.expect("it is accepted").repeated);
}
