//! Commits whose future is dropped: whole or not at all, and nothing stays open behind them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use cqrs_runtime::store::Verdict;

use super::*;

/// When a future is dropped.
#[derive(Clone, Copy, Debug)]
enum Dropped {
    /// Right after its last poll, while the database works for it.
    Waiting,
    /// When it has been woken: what it waited for is there.
    Woken,
}

/// Polls a future as often as said, then drops it; `None` unless it has ended before.
async fn polled<F: Future>(future: F, polls: usize, dropped: Dropped) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match (future.as_mut().poll(context), dropped) {
            (Poll::Ready(output), _) => Poll::Ready(Some(output)),
            (Poll::Pending, Dropped::Waiting) if left == 0 => Poll::Ready(None),
            (Poll::Pending, _) => Poll::Pending,
        }
    })
    .await
}

const ROUNDS: usize = 20;

async fn at_every_poll(database: &Database, dropped: Dropped, settles: bool) {
    let backend = opened(database).await;
    let mut batches = 0;
    for _ in 0..ROUNDS {
        for polls in 1.. {
            let batch = [append(), append()];
            let ended = polled(backend.commit(Uuid::now_v7(), &batch), polls, dropped).await;
            if settles {
                backend.settle(Uuid::now_v7()).await.unwrap();
            }
            let verdicts = backend.commit(Uuid::now_v7(), &batch).await.unwrap();
            batches += 1;
            let repeated = |verdict: &Verdict| matches!(verdict, Verdict::Appended(appended) if appended.repeated);
            assert_eq!(repeated(&verdicts[0]), repeated(&verdicts[1]), "after {polls} polls, half was written");
            assert_eq!(count(&*backend).await, 2 * batches, "after {polls} polls");
            if let Some(ended) = ended {
                ended.unwrap();
                assert!(repeated(&verdicts[0]));
                assert!(polls > 1, "the commit was never dropped");
                break;
            }
        }
    }
    backend.close().await;
    database.execute("UPDATE cqrs_log SET settled = settled").await;
}

#[tokio::test]
async fn a_commit_to_sqlite_that_is_dropped_leaves_nothing_open() {
    for dropped in [Dropped::Waiting, Dropped::Woken] {
        for settles in [false, true] {
            at_every_poll(&Database::sqlite(), dropped, settles).await;
        }
    }
}
