//! Appends without events are recognised by their receipts.

use cqrs_runtime::store::{
    Append, AppendError, Claim, ClaimChange, ExpectedVersion, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
};

use super::proxy::{Cut, Then};
use super::{Lines, append_all, two_events};

/// Keeps the refusal of a command.
fn refusal(key: &str) -> Append {
    let stream = StreamKey::new("Account", "a");
    let key = ReceiptKey {
        tenant: String::new(),
        principal: "ada".to_owned(),
        command: "Withdraw".into(),
        key: key.to_owned(),
    };
    let answer = ReceiptAnswer::Refused { version: 0, error: r#"{"code":"NO"}"#.to_owned() };
    let receipt = Receipt { key, input_hash: [7; 32], stream: stream.clone(), answer };
    Append { receipt: Some(receipt), ..Append::new(stream, ExpectedVersion::Exact(0), Vec::new()) }
}

/// Takes a name, and leaves no other trace.
fn claim() -> Append {
    let claims = vec![ClaimChange::Take(Claim::new("email", "ada@example.org"))];
    Append { claims, ..Append::new(StreamKey::new("Account", "a"), ExpectedVersion::Exact(0), Vec::new()) }
}

#[tokio::test]
async fn a_receipt_is_kept_once() {
    let lines = Lines::open().await;
    for (cut, repeated) in [(Cut::After, true), (Cut::Before, false), (Cut::Uncommitted, false)] {
        let appends: Vec<_> = (0..10).map(|key| refusal(&format!("{cut:?} {key}"))).collect();
        lines.proxy.cut([(cut, Then::Reachable)]);
        for (append, answer) in appends.iter().zip(lines.append(&appends).await) {
            assert!(answer.as_ref().is_ok_and(|appended| appended.repeated == repeated), "{cut:?}: {answer:?}");
            let receipt = append.receipt.clone().unwrap();
            assert_eq!(lines.direct.receipt(&receipt.key).await.unwrap(), Some(receipt));
        }
    }
}

/// Somebody else has answered the command meanwhile, in another way.
#[tokio::test]
async fn another_answer_is_not_taken_for_ones_own() {
    let lines = Lines::open().await;
    let (own, mut other) = ([refusal("1")], refusal("1"));
    other.receipt.as_mut().unwrap().answer = ReceiptAnswer::Nothing { version: 0 };
    lines.proxy.cut([(Cut::Before, Then::Unreachable)]);
    let answering = async {
        lines.proxy.has_vanished().await;
        append_all(&lines.direct, std::slice::from_ref(&other)).await.remove(0).unwrap();
        lines.proxy.set_reachable(true);
    };
    let (mut answers, ()) = futures_util::join!(lines.append(&own), answering);
    match answers.remove(0) {
        Err(AppendError::AlreadyAnswered(receipt)) => assert_eq!(Some(*receipt), other.receipt),
        other => panic!("{other:?}"),
    }
}

/// The stream has changed since: whether the name was taken by the lost commit, its append can't tell any more.
#[tokio::test]
async fn a_claim_without_events_is_not_said_to_have_failed() {
    let lines = Lines::open().await;
    let own = [claim()];
    lines.proxy.cut([(Cut::After, Then::Unreachable)]);
    let appending = async {
        lines.proxy.has_vanished().await;
        let events = [two_events("a", ExpectedVersion::Any)];
        append_all(&lines.direct, &events).await.remove(0).unwrap();
        lines.proxy.set_reachable(true);
    };
    let (mut answers, ()) = futures_util::join!(lines.append(&own), appending);
    let holder = lines.direct.claim_holder("", &Claim::new("email", "ada@example.org")).await.unwrap();
    assert_eq!(holder, Some(StreamKey::new("Account", "a")));
    let answer = answers.remove(0);
    assert!(matches!(answer, Ok(_) | Err(AppendError::Indeterminate { .. })), "the name was taken, but {answer:?}");
}
