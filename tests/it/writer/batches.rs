//! What shares a transaction, and that no member has a say in another's verdict.

use cqrs_runtime::store::{
    AppendError, Claim, ClaimChange, ExpectedVersion, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
};
use futures_util::future::join_all;
use futures_util::{FutureExt, poll};

use super::gated::{COSTLY, Fate, ON_A_BAD_PAGE, POISON};
use super::{append, gated, log};

#[tokio::test]
async fn a_lone_append_is_written_at_once_and_what_waits_meanwhile_shares_the_next_commit() {
    let (store, database) = gated();
    let mut first = store.append(append("a", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let mut waiting: Vec<_> = (2..=10).map(|id| store.append(append("a", id)).boxed()).collect();
    for one in &mut waiting {
        assert!(poll!(one).is_pending());
    }
    database.allow([Fate::Answered, Fate::Answered]);
    assert_eq!(first.await.expect("it is accepted").version, 1);
    let versions: Vec<_> = join_all(waiting).await.into_iter().map(|one| one.expect("accepted").version).collect();
    assert_eq!(versions, (2..=10).collect::<Vec<_>>(), "appends to one stream build on each other");
    assert_eq!(database.batches(), [vec![1], (2..=10).collect()]);
}

#[tokio::test]
async fn a_member_that_the_database_refuses_leaves_the_others_their_verdicts() {
    let (store, database) = gated();
    let mut first = store.append(append("x", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let mut poisonous = append("b", 3);
    poisonous.events[0].payload = POISON.to_owned();
    let mut late = append("c", 4);
    late.expected = ExpectedVersion::Exact(7);
    let mut members: Vec<_> = [append("a", 2), poisonous, late, append("d", 5)]
        .into_iter()
        .map(|member| store.append(member).boxed())
        .collect();
    for member in &mut members {
        assert!(poll!(member).is_pending());
    }
    database.allow(vec![Fate::Answered; 8]);
    first.await.expect("it is accepted");
    let verdicts = join_all(members).await;
    assert!(matches!(&verdicts[0], Ok(appended) if appended.version == 1), "{verdicts:?}");
    assert!(matches!(&verdicts[1], Err(AppendError::Store(error)) if !error.is_retryable()), "{verdicts:?}");
    assert!(matches!(&verdicts[2], Err(AppendError::Conflict { actual: 0, .. })), "{verdicts:?}");
    assert!(matches!(&verdicts[3], Ok(appended) if appended.version == 1), "{verdicts:?}");
    assert_eq!(log(&store).await, [1, 2, 5]);
}

#[tokio::test]
async fn appends_that_share_an_id_a_claim_or_a_receipt_are_judged_one_after_the_other() {
    let (store, database) = gated();
    let mut first = store.append(append("x", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let claiming = |stream: &str, id| {
        let mut append = append(stream, id);
        append.claims = vec![ClaimChange::Take(Claim::new("email", "ada@example.org"))];
        append
    };
    let receipted = |stream: &str, id| {
        let mut append = append(stream, id);
        let key = ReceiptKey {
            tenant: String::new(),
            principal: String::new(),
            command: "Deposit".into(),
            key: "1".to_owned(),
        };
        let answer = ReceiptAnswer::Events { first: 0, last: 0 };
        append.receipt = Some(Receipt { key, input_hash: [0; 32], stream: StreamKey::new("Account", stream), answer });
        append
    };
    let pairs =
        [append("a", 2), append("a", 2), claiming("b", 3), claiming("c", 4), receipted("d", 5), receipted("d", 6)];
    let mut members: Vec<_> = pairs.into_iter().map(|member| store.append(member).boxed()).collect();
    for member in &mut members {
        assert!(poll!(member).is_pending());
    }
    database.allow(vec![Fate::Answered; 3]);
    first.await.expect("it is accepted");
    let verdicts = join_all(members).await;
    assert_eq!(database.batches(), [vec![1], vec![2, 3, 5], vec![2, 4, 6]]);
    assert!(matches!(&verdicts[1], Ok(appended) if appended.repeated && appended.version == 1), "{verdicts:?}");
    assert!(matches!(&verdicts[3], Err(AppendError::AlreadyTaken { holder, .. }) if holder.id == "b"), "{verdicts:?}");
    let answered = ReceiptAnswer::Events { first: 1, last: 1 };
    let again = matches!(&verdicts[5], Err(AppendError::AlreadyAnswered(receipt)) if receipt.answer == answered);
    assert!(again, "{verdicts:?}");
}

/// What a database says of a whole batch may be due to one member, though it might be due to none.
#[tokio::test]
async fn a_member_that_takes_too_long_or_meets_a_damaged_page_leaves_the_others_their_verdicts() {
    for payload in [COSTLY, ON_A_BAD_PAGE] {
        let (store, database) = gated();
        let mut first = store.append(append("x", 1)).boxed();
        assert!(poll!(&mut first).is_pending());
        database.commit_begun().await;
        let mut members: Vec<_> = (2..=100)
            .map(|id| {
                let mut member = append("a", id);
                if id == 77 {
                    member.events[0].payload = payload.to_owned();
                }
                store.append(member).boxed()
            })
            .collect();
        for member in &mut members {
            assert!(poll!(member).is_pending());
        }
        database.allow(vec![Fate::Answered; 50]);
        first.await.expect("it is accepted");
        let verdicts = join_all(members).await;
        assert!(matches!(verdicts[75], Err(AppendError::Store(_))), "{verdicts:?}");
        assert_eq!(verdicts.iter().flatten().count(), 98, "{verdicts:?}");
        assert_eq!(log(&store).await.len(), 99);
    }
}

/// A database that is too slow for everything is not asked about each append alone.
#[tokio::test]
async fn a_batch_that_fails_for_no_members_fault_is_given_up() {
    let (store, database) = gated();
    let mut first = store.append(append("x", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let mut members: Vec<_> = (2..=101)
        .map(|id| {
            let mut member = append("a", id);
            member.events[0].payload = COSTLY.to_owned();
            store.append(member).boxed()
        })
        .collect();
    for member in &mut members {
        assert!(poll!(member).is_pending());
    }
    database.allow(vec![Fate::Answered; 1_000]);
    first.await.expect("it is accepted");
    for verdict in join_all(members).await {
        assert!(matches!(&verdict, Err(AppendError::Store(error)) if error.is_retryable()), "{verdict:?}");
    }
    assert!(database.batches().len() < 50, "{} batches", database.batches().len());
}

/// Without a chance for those who were just answered, the one that waits would be written alone.
#[tokio::test]
async fn callers_that_go_on_right_after_their_answer_share_the_next_commit() {
    let (store, database) = gated();
    let mut first = store.append(append("x", 1)).boxed();
    assert!(poll!(&mut first).is_pending());
    database.commit_begun().await;
    let callers: Vec<_> = (2..=4)
        .map(|id| {
            let store = store.clone();
            tokio::spawn(async move {
                store.append(append("a", id)).await.expect("it is accepted");
                store.append(append("a", id + 10)).await.expect("it is accepted");
            })
        })
        .collect();
    tokio::task::yield_now().await;
    database.allow([Fate::Answered]);
    first.await.expect("it is accepted");
    database.commit_begun().await;
    let mut waiting = store.append(append("b", 5)).boxed();
    assert!(poll!(&mut waiting).is_pending());
    database.allow(vec![Fate::Answered; 8]);
    waiting.await.expect("it is accepted");
    for caller in callers {
        caller.await.expect("it does not panic");
    }
    assert_eq!(database.batches(), [vec![1], vec![2, 3, 4], vec![5, 12, 13, 14]]);
}
