//! Kept answers.

use super::{accepted, any, append, appended, commit, count, events, stream, verdict};
use crate::store::ExpectedVersion::{Any, Exact};
use crate::store::{Backend, Receipt, ReceiptAnswer, ReceiptKey, StreamKey, Verdict};

pub(super) fn receipt(stream: &StreamKey, key: &str, hash: u8) -> Receipt {
    let key = ReceiptKey {
        tenant: stream.tenant.clone(),
        principal: "ada".to_owned(),
        command: "Deposit".into(),
        key: key.to_owned(),
    };
    let answer = ReceiptAnswer::Events { first: 0, last: 0 };
    Receipt { key, input_hash: [hash; 32], stream: stream.clone(), answer }
}

async fn kept(backend: &dyn Backend, key: &ReceiptKey) -> Option<Receipt> {
    match backend.receipt(key).await {
        Ok(receipt) => receipt,
        Err(error) => panic!("the receipt can't be read: {error:?}"),
    }
}

/// The second command with a key gets the first one's answer, and writes nothing.
pub async fn a_receipt_answers_the_second_command(backend: &dyn Backend) {
    let one = stream("one");
    accepted(backend, &any(&one, 3)).await;
    let mut first = append(&one, Exact(3), events(2));
    first.receipt = Some(receipt(&one, "key", 1));
    accepted(backend, &first).await;
    let answer = Receipt { answer: ReceiptAnswer::Events { first: 4, last: 5 }, ..receipt(&one, "key", 1) };
    let mut second = any(&stream("other"), 1);
    second.receipt = Some(receipt(&stream("other"), "key", 2));
    let batch = [second, any(&one, 1)];
    let verdicts = commit(backend, &batch).await;
    assert_eq!(verdicts[0], Verdict::Receipted(answer.clone()));
    assert_eq!(appended(&verdicts[1]).version, 6);
    assert_eq!(kept(backend, &answer.key).await, Some(answer));
    assert_eq!(count(backend).await, 6);
}

/// A refused append keeps no receipt.
pub async fn a_receipt_is_kept_with_its_append_only(backend: &dyn Backend) {
    let one = stream("one");
    let mut refused = append(&one, Exact(1), events(1));
    refused.receipt = Some(receipt(&one, "key", 1));
    assert_eq!(verdict(backend, &refused).await, Verdict::Conflict { actual: 0 });
    assert_eq!(kept(backend, &receipt(&one, "key", 1).key).await, None);
}

/// Events, no-ops and refusals are answers.
pub async fn every_answer_is_kept(backend: &dyn Backend) {
    let one = stream("one");
    accepted(backend, &any(&one, 2)).await;
    let refused = ReceiptAnswer::Refused { version: 2, error: r#"{"code":"NO","message":"é 'no'"}"#.to_owned() };
    for (key, answer) in [("nothing", ReceiptAnswer::Nothing { version: 2 }), ("refused", refused)] {
        let mut append = append(&one, Any, Vec::new());
        let receipt = Receipt { answer, ..receipt(&one, key, 3) };
        append.receipt = Some(receipt.clone());
        assert_eq!(accepted(backend, &append).await.version, 2);
        assert_eq!(kept(backend, &receipt.key).await.as_ref(), Some(&receipt));
        assert_eq!(verdict(backend, &append).await, Verdict::Receipted(receipt));
    }
    let nothing = Receipt { answer: ReceiptAnswer::Nothing { version: 0 }, ..receipt(&stream("new"), "new", 4) };
    let mut append = append(&stream("new"), Any, Vec::new());
    append.receipt = Some(nothing.clone());
    accepted(backend, &append).await;
    assert_eq!(kept(backend, &nothing.key).await, Some(nothing));
}

/// Another tenant, principal, command or key is another receipt.
pub async fn receipts_are_told_apart_by_every_part_of_their_key(backend: &dyn Backend) {
    let one = stream("one");
    let base = receipt(&one, "key", 1);
    let changed = |change: fn(&mut Receipt)| {
        let mut receipt = base.clone();
        change(&mut receipt);
        receipt
    };
    let receipts = [
        base.clone(),
        changed(|receipt| receipt.key.key = String::from("other")),
        changed(|receipt| receipt.key.command = "Other".into()),
        changed(|receipt| receipt.key.principal = String::from("other")),
        changed(|receipt| {
            receipt.key.tenant = String::from("other");
            receipt.stream.tenant = String::from("other");
        }),
    ];
    for (version, receipt) in (0..).zip(&receipts) {
        let mut append = any(&receipt.stream, 1);
        append.receipt = Some(receipt.clone());
        let expected = if receipt.stream == one { version + 1 } else { 1 };
        assert_eq!(accepted(backend, &append).await.version, expected);
    }
    for receipt in receipts {
        assert!(kept(backend, &receipt.key).await.is_some_and(|kept| kept.stream == receipt.stream));
    }
}
