//! A reader that follows a log with a cursor.

use cqrs_runtime::store::{Cursor, EventQuery, EventStore, StoreError, StoredEvent};
use futures_util::TryStreamExt;
use tokio::sync::watch;
use tokio::task::{JoinHandle, yield_now};
use uuid::Uuid;

/// How many events it reads at once, at most; seldom so many are there.
const PAGE: u64 = 200;

/// A task that reads on behind the last event that it has seen.
pub(super) struct Reader {
    query: EventQuery,
    task: JoinHandle<Vec<(u64, Uuid)>>,
    count: watch::Receiver<usize>,
    end: watch::Sender<Option<u64>>,
}

impl Reader {
    pub(super) fn start(store: EventStore, query: EventQuery) -> Self {
        let ((counter, count), (end, ends)) = (watch::channel(0), watch::channel(None));
        let task = tokio::spawn(follow(store, query.clone().limit(PAGE), counter, ends));
        Self { query, task, count, end }
    }

    pub(super) fn query(&self) -> &EventQuery {
        &self.query
    }

    /// Waits until it has seen so many events.
    pub(super) async fn has_seen(&mut self, count: usize) {
        self.count.wait_for(|seen| *seen >= count).await.unwrap();
    }

    /// Lets it read to the end of `log`: the positions and ids of all that it has seen.
    pub(super) async fn all(self, log: &[StoredEvent]) -> Vec<(u64, Uuid)> {
        self.end.send(Some(log.last().unwrap().position)).unwrap();
        self.task.await.unwrap()
    }
}

async fn follow(
    store: EventStore,
    query: EventQuery,
    counter: watch::Sender<usize>,
    end: watch::Receiver<Option<u64>>,
) -> Vec<(u64, Uuid)> {
    let (mut cursor, mut seen) = (store.start_cursor().await.unwrap(), Vec::new());
    loop {
        let head = store.head().await;
        match next(&store, cursor, query.clone()).await {
            // A replica may have to end a statement of its readers.
            Err(error) if error.is_retryable() => {}
            Err(error) => panic!("{error:?}"),
            Ok(page) => {
                for event in &page {
                    assert!(event.position > cursor.position, "{event:?} is not behind {cursor:?}");
                    seen.push((event.position, event.event_id));
                    cursor = cursor.at(event);
                }
                counter.send_replace(seen.len());
                // What the head was before is all there, so nothing is left when there is nothing more.
                let at_end = end.borrow().is_some_and(|end| head.is_ok_and(|head| head.position >= end));
                if page.is_empty() && at_end {
                    return seen;
                }
            }
        }
        yield_now().await;
    }
}

async fn next(store: &EventStore, cursor: Cursor, query: EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
    store.read_after(cursor, query).await?.try_collect().await
}
