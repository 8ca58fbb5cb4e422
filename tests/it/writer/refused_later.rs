//! A try whose outcome is unknown, and after it one that is refused: what became of the first is looked up.

use cqrs_runtime::store::{
    Append, AppendError, Claim, ClaimChange, ExpectedVersion, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
};

use super::gated::Fate;
use super::{append, gated, log};

/// Two events of a stream that has one already.
fn two_events(expected: ExpectedVersion) -> Append {
    let (mut two, more) = (append("a", 2), append("a", 3));
    two.events.extend(more.events);
    two.expected = expected;
    two
}

fn refusal(key: &str) -> Append {
    let stream = StreamKey::new("Account", "a");
    let key =
        ReceiptKey { tenant: String::new(), principal: String::new(), command: "Withdraw".into(), key: key.to_owned() };
    let answer = ReceiptAnswer::Refused { version: 0, error: r#"{"code":"NO"}"#.to_owned() };
    let receipt = Receipt { key, input_hash: [7; 32], stream: stream.clone(), answer };
    Append { receipt: Some(receipt), ..Append::new(stream, ExpectedVersion::Exact(0), Vec::new()) }
}

/// An append is lost and then refused; the answer, and the ids in the log.
async fn lost_and_refused(own: Append, lost: Fate, behind: &[Append]) -> (Result<(u64, bool), AppendError>, Vec<u128>) {
    let (store, database) = gated();
    database.allow(vec![Fate::Answered; behind.len()]);
    for append in behind {
        store.append(append.clone()).await.expect("it is accepted");
    }
    database.allow([lost, Fate::Refused]);
    let answer = store.append(own).await.map(|appended| (appended.version, appended.repeated));
    (answer, log(&store).await)
}

fn is_refused(answer: &Result<(u64, bool), AppendError>) -> bool {
    matches!(answer, Err(AppendError::Store(error)) if !error.is_retryable())
}

#[tokio::test(start_paused = true)]
async fn events_are_looked_up() {
    for expected in [ExpectedVersion::Exact(1), ExpectedVersion::Exists, ExpectedVersion::Any] {
        let behind = [append("a", 1)];
        let (answer, log) = lost_and_refused(two_events(expected), Fate::LostAfterwards, &behind).await;
        assert!(matches!(answer, Ok((3, true))), "{expected}: {answer:?}");
        assert_eq!(log, [1, 2, 3]);
        let (answer, log) = lost_and_refused(two_events(expected), Fate::LostBefore, &behind).await;
        assert!(is_refused(&answer), "{expected}: {answer:?}");
        assert_eq!(log, [1]);
    }
    let (answer, _) = lost_and_refused(two_events(ExpectedVersion::NoStream), Fate::LostAfterwards, &[]).await;
    assert!(matches!(answer, Ok((2, true))), "{answer:?}");
}

/// The ids are in the log, but not as this append would have written them.
#[tokio::test(start_paused = true)]
async fn what_others_have_written_is_not_taken_for_ones_own() {
    for expected in [ExpectedVersion::Exact(1), ExpectedVersion::Any] {
        let (answer, log) = lost_and_refused(two_events(expected), Fate::LostBefore, &[append("a", 3)]).await;
        assert!(is_refused(&answer), "only the second of its events is there: {answer:?}");
        assert_eq!(log, [3]);
        let mut other = two_events(ExpectedVersion::Any);
        other.events[1].payload = "\"other\"".to_owned();
        let behind = [append("a", 1), other];
        let (answer, _) = lost_and_refused(two_events(expected), Fate::LostBefore, &behind).await;
        assert!(is_refused(&answer), "its ids have been used for other events: {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn receipts_without_events_are_looked_up() {
    let (answer, _) = lost_and_refused(refusal("1"), Fate::LostAfterwards, &[]).await;
    assert!(matches!(answer, Ok((0, true))), "{answer:?}");
    let (answer, _) = lost_and_refused(refusal("1"), Fate::LostBefore, &[]).await;
    assert!(is_refused(&answer), "{answer:?}");
    let mut other = refusal("1");
    other.receipt.as_mut().expect("it has one").answer = ReceiptAnswer::Nothing { version: 0 };
    let (answer, _) = lost_and_refused(refusal("1"), Fate::LostBefore, &[other]).await;
    assert!(matches!(answer, Err(AppendError::AlreadyAnswered(_))), "{answer:?}");
}

/// A name leaves no trace of who has taken it when.
#[tokio::test(start_paused = true)]
async fn a_claim_alone_is_not_said_to_be_known() {
    for lost in [Fate::LostAfterwards, Fate::LostBefore] {
        let claims = vec![ClaimChange::Take(Claim::new("email", "ada@example.org"))];
        let claim = Append { claims, receipt: None, ..refusal("1") };
        let (answer, _) = lost_and_refused(claim, lost, &[]).await;
        assert!(matches!(answer, Err(AppendError::Indeterminate { source: Some(_), .. })), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_up_stays_open() {
    for (own, lost) in [(append("a", 1), Fate::LostAfterwards), (refusal("1"), Fate::LostBefore)] {
        let (store, database) = gated();
        database.can_read(false);
        database.allow([lost, Fate::Refused]);
        let answer = store.append(own).await;
        assert!(matches!(answer, Err(AppendError::Indeterminate { source: Some(_), .. })), "{answer:?}");
    }
}

/// Until the end of the time there is for it, the append is judged again; then what is known is said.
#[tokio::test(start_paused = true)]
async fn a_database_that_stays_busy_after_a_lost_commit_can_still_be_asked() {
    for (lost, written) in [(Fate::LostAfterwards, true), (Fate::LostBefore, false)] {
        let (store, database) = gated();
        database.allow([lost]);
        database.allow(vec![Fate::Busy; 10_000]);
        let answer = store.append(append("a", 1)).await;
        assert_eq!(matches!(&answer, Ok(appended) if appended.repeated), written, "{answer:?}");
        let busy = matches!(&answer, Err(AppendError::Store(error)) if error.is_retryable());
        assert_eq!(busy, !written, "{answer:?}");
        assert!(database.batches().len() > 10, "it was tried again and again");
    }
}
