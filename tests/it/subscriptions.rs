//! Subscriptions: all that is in the log, then all that is appended; none missed, none twice, in order.

mod durable;
mod endings;
mod held;
mod interleavings;
mod paging;
mod processes;
mod steps;
mod streams;
mod typed;

use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{
    Append, Backend, EventQuery, EventStore, MemoryBackend, NewEvent, StoreError, StoredEvent, WriterOptions,
};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use tokio::task::yield_now;
use uuid::Uuid;

use crate::database::Database;

type Subscription = BoxStream<'static, Result<StoredEvent, StoreError>>;

/// A log that several stores open, as so many processes would.
enum Log {
    Memory(Arc<MemoryBackend>),
    Database(Database),
}

impl Log {
    fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    fn sqlite() -> Self {
        Self::Database(Database::sqlite())
    }

    async fn postgres() -> Self {
        Self::Database(Database::postgres().await)
    }

    async fn open(&self) -> EventStore {
        match self {
            Self::Memory(log) => {
                EventStore::with_backend(Arc::clone(log) as Arc<dyn Backend>, WriterOptions::default())
            }
            Self::Database(database) => EventStore::open(&database.url).await.unwrap(),
        }
    }
}

impl Log {
    /// The database behind it.
    async fn backend(&self) -> Arc<dyn Backend> {
        match self {
            Self::Memory(log) => Arc::clone(log) as Arc<dyn Backend>,
            Self::Database(database) => open(&database.url, &Options::default()).await.unwrap(),
        }
    }
}

/// A test on each kind of log.
macro_rules! on_each_log {
    ($($name:ident)+) => {$(
        mod $name {
            use crate::subscriptions::Log;

            #[tokio::test]
            async fn in_memory() {
                super::$name(&Log::memory()).await;
            }

            #[tokio::test]
            async fn on_sqlite() {
                super::$name(&Log::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name(&Log::postgres().await).await;
            }
        }
    )+};
}
use on_each_log;

/// Events of `stream`, numbered.
fn events(stream: &str, name: &'static str, numbers: impl IntoIterator<Item = u128>) -> Append {
    let event = |number| NewEvent::new(Uuid::from_u128(number), name, "{}");
    Append { events: numbers.into_iter().map(event).collect(), ..crate::writer::append(stream, 0) }
}

async fn append(store: &EventStore, stream: &str, numbers: impl IntoIterator<Item = u128>) {
    store.append(events(stream, "Happened", numbers)).await.unwrap();
}

/// The numbers of the next events.
async fn take(subscription: &mut Subscription, count: usize) -> Vec<u128> {
    let events: Vec<_> = subscription.by_ref().take(count).try_collect().await.unwrap();
    events.iter().map(|event| event.event_id.as_u128()).collect()
}

/// Whether nothing comes, for a while; what has to be asked of a database may still come later.
async fn is_waiting<T>(subscription: &mut BoxStream<'static, T>) -> bool {
    for _ in 0..50 {
        if subscription.next().now_or_never().is_some() {
            return false;
        }
        yield_now().await;
    }
    true
}

async fn last_error(subscription: &mut Subscription) -> StoreError {
    let error = subscription.next().await.unwrap().unwrap_err();
    assert!(subscription.next().await.is_none(), "the error is the last item");
    error
}

async fn all(store: &EventStore) -> Vec<StoredEvent> {
    store.read(EventQuery::log()).try_collect().await.unwrap()
}
