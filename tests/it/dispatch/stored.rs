//! Stored data that this program can't read: an error that names the place, and nothing else is affected.

use std::error::Error;

use cqrs_runtime::repository::LoadError;
use cqrs_runtime::store::EventStore;

use super::{bank, deposit, id, open};

/// Account 1 with one more event, written by somebody else; what loading it says, cause by cause.
async fn said(name: &'static str, schema_version: u32, payload: &str) -> String {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let mut foreign = crate::writer::append(&id(1).to_string(), 1_000);
    foreign.events[0].name = name.into();
    foreign.events[0].schema_version = schema_version;
    payload.clone_into(&mut foreign.events[0].payload);
    bank.repository().store().append(foreign).await.expect("the store keeps any payload");
    open(&bank, 2).await;
    bank.dispatch(deposit(2, 1)).await.expect("another stream is not affected");
    let error = bank.repository().load(&id(1)).await.expect_err("it can't be read");
    assert!(!error.is_retryable());
    let causes = std::iter::successors(Some(&error as &dyn Error), |error| (*error).source());
    let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    text.replace(&id(1).to_string(), "ID")
}

#[tokio::test]
async fn an_event_that_cannot_be_decoded_is_named() {
    insta::assert_snapshot!(
        said("Closed", 1, "{}").await,
        @"the event at position 3 (`Closed` version 1, number 3 of Account/ID) can't be decoded: no event is stored under this name"
    );
    insta::assert_snapshot!(
        said("Deposited", 2, "{}").await,
        @"the event at position 3 (`Deposited` version 2, number 3 of Account/ID) can't be decoded: this program knows its versions 1 to 1"
    );
    insta::assert_snapshot!(
        said("Deposited", 1, "{\"amount\":1.5}").await,
        @"the event at position 3 (`Deposited` version 1, number 3 of Account/ID) can't be decoded: the payload is not of the version's shape: invalid type: floating point `1.5`, expected i64 at line 1 column 13"
    );
    insta::assert_snapshot!(
        said("Opened", 1, "{\"owner\":\"eve\"}").await,
        @"the event at position 3 (`Opened` version 1, number 3 of Account/ID) can't stand in this place of its stream: it begins a stream, and this one has begun"
    );
}

#[tokio::test]
async fn a_stream_that_does_not_begin_at_its_beginning_is_named() {
    let bank = bank(EventStore::memory());
    let mut orphan = crate::writer::append(&id(1).to_string(), 1_000);
    orphan.events[0].name = "Deposited".into();
    orphan.events[0].payload = "{\"amount\":1}".to_owned();
    bank.repository().store().append(orphan).await.expect("the store keeps any stream");
    let error = bank.repository().load(&id(1)).await.expect_err("no account begins with a deposit");
    assert!(matches!(&error, LoadError::OutOfPlace { event } if event.version == 1), "{error}");
}
