//! Appends that no store may take, because one could not give them back: refused before any is asked.

use cqrs_runtime::id::ParseIdError;
use cqrs_runtime::store::{
    Append, AppendError, Claim, ClaimChange, EventStore, InvalidAppend, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
};

use serde::de::IgnoredAny;

use super::append;
use crate::database::Database;

/// The place is the one that the library below tells.
fn payload(text: &str) -> (Append, InvalidAppend) {
    let error = serde_json::from_str::<IgnoredAny>(text).unwrap_err();
    let mut append = append();
    let event = &mut append.events[0];
    event.payload.replace_range(.., text);
    let expected = InvalidAppend::Payload { id: event.id, line: error.line(), column: error.column() };
    (append, expected)
}

fn keys(text: &str) -> (Append, InvalidAppend) {
    (Append { keys: text.to_owned(), ..append() }, InvalidAppend::Keys)
}

fn text(what: &'static str, source: ParseIdError, change: fn(&mut Append)) -> (Append, InvalidAppend) {
    let mut append = append();
    change(&mut append);
    (append, InvalidAppend::Text { what, source })
}

fn control(character: char) -> ParseIdError {
    ParseIdError::ControlCharacter { character }
}

/// With a receipt of its own that is changed.
fn receipt(change: fn(&mut Append, &mut Receipt), expect: fn(&Append) -> InvalidAppend) -> (Append, InvalidAppend) {
    let mut append = append();
    let stream = append.stream.clone();
    let key =
        ReceiptKey { tenant: String::new(), principal: String::new(), command: "Open".into(), key: "1".to_owned() };
    let answer = ReceiptAnswer::Events { first: 0, last: 0 };
    let mut receipt = Receipt { key, input_hash: [0; 32], stream, answer };
    change(&mut append, &mut receipt);
    let expected = expect(&append);
    (Append { receipt: Some(receipt), ..append }, expected)
}

fn foreign_receipts() -> [(Append, InvalidAppend); 2] {
    [
        receipt(
            |_, receipt| receipt.stream = StreamKey::new("Account", "another"),
            |_| InvalidAppend::ForeignReceipt { stream: StreamKey::new("Account", "another") },
        ),
        receipt(
            |_, receipt| receipt.key.tenant.push('a'),
            |append| InvalidAppend::ForeignReceipt { stream: append.stream.clone() },
        ),
    ]
}

fn receipts() -> [(Append, InvalidAppend); 4] {
    [
        receipt(|append, _| append.events.clear(), |_| InvalidAppend::ReceiptOfNoEvents),
        receipt(
            |_, receipt| receipt.answer = ReceiptAnswer::Refused { version: 0, error: String::new() },
            |_| InvalidAppend::Refusal { line: 1, column: 0 },
        ),
        receipt(
            |_, receipt| receipt.answer = ReceiptAnswer::Refused { version: 0, error: "{\"code\":".to_owned() },
            |_| InvalidAppend::Refusal { line: 1, column: 8 },
        ),
        receipt(
            |_, receipt| receipt.key.key.clear(),
            |_| InvalidAppend::Text { what: "idempotency key", source: ParseIdError::Empty },
        ),
    ]
}

fn invalid() -> Vec<(Append, InvalidAppend)> {
    let mut cases = vec![
        payload(""),
        payload("{"),
        payload("{} {}"),
        payload("\"\u{1e}\""),
        payload("\"\u{1f}\""),
        payload("\"\0\""),
        payload("{}\u{1e}"),
        keys("{"),
        keys("[]"),
        keys("{\"a\":1}"),
        keys("{\"a\":\"\u{1e}\"}"),
        keys("{\"a\":\"b\"}\u{1f}"),
        keys("{\"a\":\"\0\"}"),
        text("stream type", ParseIdError::Empty, |append| append.stream.stream_type = "".into()),
        text("stream id", ParseIdError::Empty, |append| append.stream.id.clear()),
        text("stream id", control('\u{1f}'), |append| append.stream.id.push('\u{1f}')),
        text("tenant", control('\n'), |append| append.stream.tenant.push('\n')),
        text("principal", control('\0'), |append| append.principal.push('\0')),
        text("event name", ParseIdError::Empty, |append| append.events[0].name = "".into()),
        text("claim", ParseIdError::Empty, |append| append.claims.push(ClaimChange::Take(Claim::new("email", "")))),
    ];
    cases.extend(foreign_receipts());
    cases.extend(receipts());

    let mut append = append();
    append.events[0].schema_version = 0;
    cases.push((append.clone(), InvalidAppend::SchemaVersion));
    append.events[0].schema_version = 1;
    append.events.push(append.events[0].clone());
    cases.push((append.clone(), InvalidAppend::RepeatedEventId { id: append.events[0].id }));
    append.events.pop();
    let claim = Claim::new("email", "ada@example.org");
    append.claims = vec![ClaimChange::Release(claim.clone()), ClaimChange::Take(claim.clone())];
    cases.push((append, InvalidAppend::RepeatedClaim { claim }));
    cases
}

#[tokio::test]
async fn what_a_store_could_not_give_back_is_refused_by_all() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres().await);
    let stores = [
        EventStore::memory(),
        EventStore::open(&sqlite.url).await.unwrap(),
        EventStore::open(&postgres.url).await.unwrap(),
    ];
    for store in stores {
        for (append, expected) in invalid() {
            let error = store.append(append.clone()).await.unwrap_err();
            assert!(!error.is_retryable());
            assert!(matches!(&error, AppendError::Invalid(found) if *found == expected), "{append:?}: {error:?}");
        }
        assert_eq!(store.head().await.unwrap().position, 0);
        let fine = Append { keys: "{\n\t\"a\": \"\\u0000\"}".to_owned(), ..append() };
        store.append(fine).await.unwrap();
        store.close().await;
    }
}
