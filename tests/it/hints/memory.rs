//! Without a database: time stands still but where everybody waits for it.

use std::time::Duration;

use cqrs_runtime::store::{EventStore, Hints, WriterOptions};
use futures_util::future::join_all;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::{append, hinted};
use crate::writer::gated::Gated;

const INTERVAL: Duration = Duration::from_millis(250);

/// The same log as two processes have it; nothing tells one of the other.
fn two_processes() -> (Gated, EventStore, EventStore) {
    let database = Gated::default();
    let stores =
        [database.backend(), database.elsewhere()].map(|log| EventStore::with_backend(log, WriterOptions::default()));
    let [here, elsewhere] = stores;
    (database, here, elsewhere)
}

#[tokio::test(start_paused = true)]
async fn an_append_of_this_process_is_hinted_at_once() {
    let here = EventStore::memory();
    let begin = Instant::now();
    let mut hints = here.hints();
    for _ in 0..3 {
        assert!(!hinted(&mut hints), "nothing has been appended");
        append(&here).await;
        hints.next().await.unwrap();
    }
    assert_eq!(Instant::now(), begin, "no poll was waited for");
}

#[tokio::test(start_paused = true)]
async fn a_refused_append_is_no_hint() {
    let here = EventStore::memory();
    let mut hints = here.hints();
    let mut conflict = crate::writer::append("a", 1);
    conflict.expected = cqrs_runtime::store::ExpectedVersion::Exact(7);
    here.append(conflict).await.unwrap_err();
    assert!(!hinted(&mut hints));
}

#[tokio::test(start_paused = true)]
async fn an_append_of_another_process_is_found_by_polling() {
    let (_, here, elsewhere) = two_processes();
    let mut hints = here.hints();
    for _ in 0..3 {
        append(&elsewhere).await;
        let begin = Instant::now();
        hints.next().await.unwrap();
        assert_eq!(begin.elapsed(), INTERVAL);
    }
}

#[tokio::test(start_paused = true)]
async fn one_poll_serves_all_who_wait() {
    let (database, here, elsewhere) = two_processes();
    let mut hints: Vec<_> = (0..10).map(|_| here.hints()).collect();
    let waiting = tokio::spawn(async move {
        join_all(hints.iter_mut().map(Hints::next)).await;
        hints
    });
    sleep(INTERVAL * 10 + INTERVAL / 2).await;
    assert_eq!(database.looks(), 10);
    append(&elsewhere).await;
    let mut hints = waiting.await.unwrap();
    // A sleep may have begun while they waited.
    sleep(INTERVAL * 2).await;
    database.looks();
    sleep(INTERVAL * 10).await;
    assert_eq!(database.looks(), 0, "nobody waits");
    drop(hints.split_off(1));
    let last = tokio::spawn(async move { hints[0].next().await });
    sleep(INTERVAL * 10 + INTERVAL / 2).await;
    assert_eq!(database.looks(), 10, "there still is one");
    last.abort();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_when_nobody_has_hints() {
    let (_, here, elsewhere) = two_processes();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    for _ in 0..3 {
        let hints = [here.hints(), here.hints()];
        assert_eq!(tasks(), before + 1, "one task for all");
        drop(hints);
        while tasks() > before {
            yield_now().await;
        }
    }
    // What ends and what begins at the same time do not miss each other.
    drop(here.hints());
    let mut hints = here.hints();
    append(&elsewhere).await;
    hints.next().await.unwrap();
}
