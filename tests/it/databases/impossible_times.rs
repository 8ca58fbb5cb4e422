//! Times that PostgreSQL can hold and no program can have given: each an error that names the place, and no panic.

use cqrs_runtime::store::{
    Append, AppendError, EventStore, ExpectedVersion, LoadQuery, LoadSink, StoredSnapshot, Until, WriterOptions,
};
use futures_util::TryStreamExt;
use futures_util::future::join_all;

use super::*;

const IMPOSSIBLE: [&str; 4] = ["infinity", "-infinity", "270000-01-01", "294276-12-31"];
const POSSIBLE: [&str; 3] = ["4713-01-01 BC", "0001-12-31 BC", "262142-12-31"];

#[derive(Default)]
struct Versions(Vec<u64>);

impl LoadSink for Versions {
    fn snapshot(&mut self, _: StoredSnapshot<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn damaged_snapshot(&mut self) {}

    fn event(&mut self, event: cqrs_runtime::event::RawEvent<'_>) -> ControlFlow<()> {
        self.0.push(event.version);
        ControlFlow::Continue(())
    }
}

async fn load(store: &EventStore, stream: &StreamKey) -> Result<Vec<u64>, StoreError> {
    let mut versions = Versions::default();
    let query = LoadQuery { stream: stream.clone(), snapshot: None, until: Until::Head };
    store.load(&query, &mut versions).await.map(|()| versions.0)
}

/// Gives the event at `position` another time.
async fn set_time(database: &Database, position: u64, time: &str) {
    let set = format!(
        "ALTER TABLE cqrs_events DISABLE TRIGGER cqrs_events_never_change;
        UPDATE cqrs_events SET recorded_at = '{time}' WHERE position = {position};
        ALTER TABLE cqrs_events ENABLE TRIGGER cqrs_events_never_change"
    );
    database.execute(&set).await;
}

fn is_of(error: &StoreError, at: u64) -> bool {
    matches!(error, StoreError::CorruptEvent { position, column: "recorded_at", .. } if *position == at)
}

/// A log of two streams with one event each; the second one's is at the position.
async fn two_streams(store: &EventStore) -> (StreamKey, Append, u64) {
    let (whole, damaged) = (append(), append());
    store.append(whole.clone()).await.unwrap();
    let position = store.append(damaged.clone()).await.unwrap().position.unwrap();
    (whole.stream, damaged, position)
}

#[tokio::test]
async fn what_needs_the_event_fails_and_names_it() {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    for time in IMPOSSIBLE {
        let (whole, damaged, position) = two_streams(&store).await;
        set_time(&database, position, time).await;
        let read = store.read(EventQuery::log()).try_collect::<Vec<_>>().await;
        assert!(is_of(&read.unwrap_err(), position), "{time}");
        assert!(is_of(&load(&store, &damaged.stream).await.unwrap_err(), position), "{time}");
        assert_eq!(load(&store, &whole).await.unwrap(), [1], "{time}");
        set_time(&database, position, "2026-11-21").await;
    }
    store.close().await;
}

#[tokio::test]
async fn times_that_a_program_can_hold_are_read() {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    let (_, damaged, position) = two_streams(&store).await;
    for time in POSSIBLE {
        set_time(&database, position, time).await;
        assert_eq!(load(&store, &damaged.stream).await.unwrap(), [1], "{time}");
        assert_eq!(store.read(EventQuery::log()).try_collect::<Vec<_>>().await.unwrap().len(), 2, "{time}");
    }
    store.close().await;
}

/// A stream's next event is never recorded before its last one: behind an impossible time, none can be.
#[tokio::test]
async fn an_append_behind_the_event_fails_alone() {
    let database = Database::postgres().await;
    let store = EventStore::open_with(&database.url, &Options::default(), WriterOptions::default()).await.unwrap();
    for (time, can_go_on) in [("infinity", false), ("270000-01-01", false), ("-infinity", true)] {
        let (_, damaged, position) = two_streams(&store).await;
        set_time(&database, position, time).await;
        let behind = Append { stream: damaged.stream.clone(), expected: ExpectedVersion::Any, ..append() };
        let together = [append(), behind, append(), append()];
        let answers = join_all(together.into_iter().map(|append| store.append(append))).await;
        for (number, answer) in answers.iter().enumerate() {
            match answer {
                Err(AppendError::Store(error)) if number == 1 && !can_go_on => {
                    assert!(is_of(error, position), "{time}: {error:?}");
                }
                answer => assert!(answer.is_ok() && (number != 1 || can_go_on), "{time}: {answer:?}"),
            }
        }
        // The very event, sent again: it is known, but not what was recorded with it.
        match store.append(damaged).await {
            Err(AppendError::Indeterminate { source: Some(error), .. }) if can_go_on => {
                assert!(is_of(&error, position), "{error:?}");
            }
            Err(AppendError::Store(error)) if !can_go_on => assert!(is_of(&error, position), "{error:?}"),
            other => panic!("{time}: {other:?}"),
        }
    }
    store.close().await;
}
