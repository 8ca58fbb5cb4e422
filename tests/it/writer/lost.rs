//! Connections that are lost at the commit: the answer is the true outcome or `Indeterminate`, never a false one.

use cqrs_runtime::store::ExpectedVersion;
use cqrs_runtime::store::{AppendError, EventStore, WriterOptions};
use futures_util::future::join_all;
use futures_util::{FutureExt, poll};
use uuid::Uuid;

use super::gated::{COMMIT_TIMEOUT, DEADLY, Fate, Gated, POISON};
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
    let tried_again = matches!(&verdicts[1], Err(AppendError::Store(error)) if error.is_retryable());
    assert!(tried_again, "it is known that nothing of it was written: {verdicts:?}");
    assert_eq!(verdicts.iter().filter(|verdict| verdict.is_ok()).count(), 3, "{verdicts:?}");
    assert_eq!(log(&store).await, [1, 2, 4, 5]);
}

/// The limits of the backends and of the writer are the same by default.
#[tokio::test(start_paused = true)]
async fn a_commit_that_falls_silent_is_looked_for_however_long_that_took() {
    for (written, id) in [(true, 1), (false, 2)] {
        let (store, database) = gated();
        assert_eq!(WriterOptions::default().settle_within, COMMIT_TIMEOUT);
        database.allow([Fate::Silent { written }, Fate::Answered]);
        let appended = store.append(append("a", id)).await;
        assert!(matches!(&appended, Ok(appended) if appended.repeated == written), "{appended:?}");
        assert_eq!(log(&store).await, [id]);
    }
}

/// The time that one part of a batch has taken is not taken from another part.
#[tokio::test(start_paused = true)]
async fn each_part_of_a_batch_that_falls_silent_is_looked_for() {
    let (store, database) = gated();
    let mut first = store.append(append("x", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let mut poisonous = append("b", 3);
    poisonous.events[0].payload = POISON.to_owned();
    let members = [append("a", 2), poisonous, append("c", 4), append("d", 5)];
    let mut members: Vec<_> = members.into_iter().map(|member| store.append(member).boxed()).collect();
    for member in &mut members {
        assert!(poll!(member).is_pending());
    }
    // The four; the first two; each of them; the last two.
    let silent = [Fate::Silent { written: false }, Fate::Answered];
    let written = [Fate::Silent { written: true }, Fate::Answered];
    database.allow([Fate::Answered, Fate::Answered, Fate::Answered]);
    database.allow(silent.into_iter().chain([Fate::Answered]).chain(written));
    first.await.expect("it is accepted");
    let verdicts = join_all(members).await;
    assert!(matches!(&verdicts[1], Err(AppendError::Store(error)) if !error.is_retryable()), "{verdicts:?}");
    let repeated: Vec<_> = verdicts.iter().flatten().map(|appended| appended.repeated).collect();
    assert_eq!(repeated, [false, true, true], "{verdicts:?}");
    assert_eq!(log(&store).await, [1, 2, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn an_append_that_breaks_the_connection_each_time_does_not_keep_the_others_waiting() {
    let (store, database) = gated();
    let mut deadly = append("b", 1);
    deadly.events[0].payload = DEADLY.to_owned();
    let mut deadly = store.append(deadly).boxed();
    assert!(poll!(&mut deadly).is_pending());
    database.commit_begun().await;
    let mut next = store.append(append("a", 2)).boxed();
    assert!(poll!(&mut next).is_pending());
    database.allow(vec![Fate::Answered; 10_000]);
    next.await.expect("it is accepted");
    let verdict = deadly.await;
    assert!(matches!(&verdict, Err(AppendError::Store(error)) if error.is_retryable()), "{verdict:?}");
    let tries = database.batches().iter().filter(|batch| **batch == [1]).count();
    assert!((2..=5).contains(&tries), "{tries} tries");
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
