//! Connections that are lost at the commit: the answer is the true outcome or `Indeterminate`, never a false one.

use cqrs_runtime::store::{AppendError, EventStore, ExpectedVersion};
use futures_util::future::join_all;
use futures_util::{FutureExt, poll};
use uuid::Uuid;

use super::gated::{DEADLY, Fate, Gated};
use super::{append, gated, log};

async fn appended(store: &EventStore, database: &Gated, fates: &[Fate]) -> Result<bool, AppendError> {
    database.allow(fates.iter().cloned());
    store.append(append("a", 1)).await.map(|appended| appended.repeated)
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_recognised() {
    let (store, database) = gated();
    let repeated = appended(&store, &database, &[Fate::LostAfterwards, Fate::Answered]).await;
    assert!(matches!(repeated, Ok(true)), "{repeated:?}");
    assert_eq!(log(&store).await, [1]);
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_made_again() {
    let (store, database) = gated();
    let fates = [Fate::LostBefore, Fate::LostBefore, Fate::Answered];
    let repeated = appended(&store, &database, &fates).await;
    assert!(matches!(repeated, Ok(false)), "{repeated:?}");
    assert_eq!(log(&store).await, [1]);
}

#[tokio::test]
async fn a_conflict_is_answered_truly_after_a_lost_connection() {
    let (store, database) = gated();
    database.allow([Fate::LostAfterwards, Fate::Answered]);
    let mut late = append("a", 1);
    late.expected = ExpectedVersion::Exact(3);
    let verdict = store.append(late).await;
    assert!(matches!(verdict, Err(AppendError::Conflict { actual: 0, .. })), "{verdict:?}");
}

#[tokio::test(start_paused = true)]
async fn a_member_that_breaks_the_connection_leaves_the_others_their_verdicts() {
    let (store, database) = gated();
    let mut first = store.append(append("x", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let mut deadly = append("b", 3);
    deadly.events[0].payload = DEADLY.to_owned();
    let members = [append("a", 2), deadly, append("c", 4), append("d", 5)];
    let mut members: Vec<_> = members.into_iter().map(|member| store.append(member).boxed()).collect();
    for member in &mut members {
        assert!(poll!(member).is_pending());
    }
    database.allow(vec![Fate::Answered; 10_000]);
    first.await.expect("it is accepted");
    let verdicts = join_all(members).await;
    assert!(matches!(verdicts[1], Err(AppendError::Indeterminate { .. })), "{verdicts:?}");
    assert_eq!(verdicts.iter().filter(|verdict| verdict.is_ok()).count(), 3, "{verdicts:?}");
    assert_eq!(log(&store).await, [1, 2, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_settled_is_indeterminate_and_found_later() {
    let (store, database) = gated();
    database.can_settle(false);
    let outcome = appended(&store, &database, &[Fate::LostAfterwards]).await;
    let ids = vec![Uuid::from_u128(1)];
    assert!(matches!(&outcome, Err(AppendError::Indeterminate { event_ids, source: Some(_) }) if *event_ids == ids));
    database.can_settle(true);
    assert!(matches!(appended(&store, &database, &[Fate::Answered]).await, Ok(true)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_after_a_lost_commit_never_makes_it_a_failure() {
    let (store, database) = gated();
    let mut fates = vec![Fate::LostAfterwards];
    fates.extend(vec![Fate::Unreachable; 10_000]);
    let outcome = appended(&store, &database, &fates).await;
    assert!(matches!(outcome, Err(AppendError::Indeterminate { .. })), "{outcome:?}");
    assert_eq!(log(&store).await, [1], "it had been written: \"failed\" would have been false");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_before_anything_was_sent_is_a_plain_failure() {
    let (store, database) = gated();
    let outcome = appended(&store, &database, &[Fate::Unreachable]).await;
    assert!(matches!(&outcome, Err(AppendError::Store(error)) if error.is_retryable()), "{outcome:?}");
    assert_eq!(log(&store).await, [0; 0]);
}
