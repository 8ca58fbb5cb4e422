//! Group commit, driven step by step over a database that waits to be told what happens to a commit.

mod batches;
mod cancelled;
mod closing;
mod databases;
pub(crate) mod gated;
mod lost;
mod panics;
mod reading;
mod refused_later;

use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey, WriterOptions};
use uuid::Uuid;

use self::gated::Gated;

/// A store over a database that starts no commit before it is told to.
fn gated() -> (EventStore, Gated) {
    let database = Gated::default();
    (EventStore::with_backend(database.backend(), WriterOptions::default()), database)
}

/// One event of `stream` at any version, with a payload of its own.
pub(crate) fn append(stream: &str, event: u128) -> Append {
    let event = NewEvent::new(Uuid::from_u128(event), "Happened", format!("{{\"number\":{event}}}"));
    Append::new(StreamKey::new("Account", stream), ExpectedVersion::Any, vec![event])
}

/// The ids in the log, in order.
async fn log(store: &EventStore) -> Vec<u128> {
    use futures_util::TryStreamExt;
    let events = store.read(cqrs_runtime::store::EventQuery::log()).map_ok(|event| event.event_id.as_u128());
    events.try_collect().await.expect("the log can be read")
}
