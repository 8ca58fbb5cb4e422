//! Addresses that are none: the answer says which part is at fault, and nothing that is secret.

use cqrs_runtime::store::EventStore;
use futures_util::FutureExt;

use super::*;

async fn told(url: &str) -> String {
    let error = refusal(url, &Options::default()).await;
    assert!(matches!(error, StoreError::Address { .. }), "{url}: {error:?}");
    assert!(!format!("{error:?} {error}").contains("secret"), "{url}: {error:?}");
    error.to_string()
}

#[tokio::test]
async fn the_part_that_is_wrong_is_named() {
    for (url, expected) in [
        ("bank.db", "`bank.db` is no database address: use `sqlite://FILE` or `postgres://USER@HOST/DATABASE`"),
        (
            "sqlite://a.db?foo=secret",
            "`sqlite://a.db` is no database address: its parameter `foo` is not known, or can't have this value",
        ),
        ("sqlite://a.db?cache=shared&mode=secret", "its parameter `mode` is not known"),
        ("sqlite://a b.db", "a space as `%20`"),
        (
            "postgres://ada:secret@host/bank?sslmode=secret",
            "`postgres://ada@host/bank` is no database address: its parameter `sslmode`",
        ),
        ("postgres://ada:se?cret=secret@host/bank", "`postgres://..` is no database address: use"),
    ] {
        let message = told(url).await;
        assert!(message.contains(expected), "{url}: {message}");
    }
}

#[tokio::test]
async fn what_means_memory_leads_to_the_store_in_memory() {
    for url in ["memory:", "memory://", ":memory:"] {
        let error = refusal(url, &Options::default()).await;
        assert!(error.to_string().contains("use `EventStore::memory()`"), "{url}: {error:?}");
    }
}

#[test]
#[should_panic(expected = "an `EventStore` needs a tokio runtime: make it inside `#[tokio::main]`")]
fn without_a_runtime_a_store_in_memory_says_what_it_needs() {
    let _ = EventStore::memory();
}

#[test]
fn without_a_runtime_opening_says_what_it_needs() {
    let error = EventStore::open("sqlite://never.db").now_or_never().unwrap().unwrap_err();
    assert!(matches!(error, StoreError::NoRuntime), "{error:?}");
    assert!(error.to_string().contains("make it inside `#[tokio::main]`"), "{error}");
}
