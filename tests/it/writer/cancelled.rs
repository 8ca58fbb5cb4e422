//! Callers that go away or run out of time.

use std::time::Duration;

use cqrs_runtime::store::AppendError;
use futures_util::{FutureExt, poll};
use tokio::time::Instant;
use uuid::Uuid;

use super::gated::Fate;
use super::{append, gated, log};

#[tokio::test]
async fn an_append_whose_caller_has_gone_is_withdrawn_while_it_waits_and_completed_once_begun() {
    let (store, database) = gated();
    let mut begun = store.append(append("a", 1)).boxed();
    assert!(poll!(&mut begun).is_pending());
    database.commit_begun().await;
    let mut waiting = store.append(append("a", 2)).boxed();
    assert!(poll!(&mut waiting).is_pending());
    let mut stays = store.append(append("a", 3)).boxed();
    assert!(poll!(&mut stays).is_pending());
    drop(waiting);
    drop(begun);
    database.allow([Fate::Answered, Fate::Answered]);
    assert_eq!(stays.await.expect("it is accepted").version, 2);
    assert_eq!(log(&store).await, [1, 3]);
    assert_eq!(database.batches(), [[1], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_tells_whether_the_append_had_been_given_to_the_database() {
    let (store, database) = gated();
    let deadline = Some(Instant::now() + Duration::from_secs(1));
    let mut begun = store.append_before(append("a", 1), deadline).boxed();
    assert!(poll!(&mut begun).is_pending());
    database.commit_begun().await;
    let mut waiting = store.append_before(append("a", 2), deadline).boxed();
    assert!(poll!(&mut waiting).is_pending());
    let (begun, waiting) = futures_util::join!(begun, waiting);
    let ids = vec![Uuid::from_u128(1)];
    assert!(matches!(&begun, Err(AppendError::Indeterminate { event_ids, .. }) if *event_ids == ids), "{begun:?}");
    assert!(matches!(waiting, Err(AppendError::DeadlineExceeded)), "{waiting:?}");
    database.allow(vec![Fate::Answered; 2]);
    let again = store.append(append("a", 1)).await.expect("sending the same events again tells");
    assert!(again.repeated);
    assert_eq!(log(&store).await, [1]);
}
