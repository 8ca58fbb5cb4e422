//! Large appends: refused by all stores from the same size on, and taken by all up to it.

use cqrs_runtime::store::{AppendError, Claim, ClaimChange, EventStore, InvalidAppend, LogHead};
use futures_util::TryStreamExt;

use super::*;

const EVENTS: usize = 64;

/// An append of exactly so many bytes of text.
fn of_bytes(bytes: usize) -> Append {
    let mut large = Append { principal: "ada".to_owned(), keys: r#"{"a":"b"}"#.to_owned(), ..append() };
    large.claims = vec![ClaimChange::Take(Claim::new("email", large.stream.id.clone()))];
    let stream = large.stream.stream_type.len() + large.stream.id.len();
    let claim = "email".len() + large.stream.id.len() + stream;
    let payloads = bytes - claim - EVENTS * (stream + "Opened".len() + large.principal.len() + large.keys.len());
    large.events = (0..EVENTS)
        .map(|number| {
            let length = payloads / EVENTS + usize::from(number < payloads % EVENTS);
            let payload = format!("\"{}\"", "a".repeat(length - 2));
            NewEvent { id: Uuid::now_v7(), name: "Opened".into(), schema_version: 1, payload }
        })
        .collect();
    large
}

#[tokio::test]
async fn all_stores_take_the_same_size() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres().await);
    let stores = [
        EventStore::memory(),
        EventStore::open(&sqlite.url).await.unwrap(),
        EventStore::open(&postgres.url).await.unwrap(),
    ];
    let (largest, too_large) = (of_bytes(Append::MAX_BYTES), of_bytes(Append::MAX_BYTES + 1));
    for store in stores {
        let error = store.append(too_large.clone()).await.unwrap_err();
        let most = Append::MAX_BYTES;
        assert!(
            matches!(&error, AppendError::Invalid(InvalidAppend::TooLarge { bytes, most: m }) if *bytes == most + 1 && *m == most),
            "{error:?}"
        );
        assert!(matches!(store.head().await, Ok(LogHead { position: 0, .. })));
        store.append(largest.clone()).await.unwrap();
        let log: Vec<_> = store.read(EventQuery::log()).try_collect().await.unwrap();
        assert!(log.iter().map(|event| &event.payload).eq(largest.events.iter().map(|event| &event.payload)));
        store.close().await;
    }
}
