//! Connections that are cut at the commit: each answer is the true outcome or `Indeterminate`, never a false one.

mod cuts;
mod eventless;
mod late;
pub(crate) mod proxy;
mod restarts;
mod silent;
mod unreachable;
pub(crate) mod wire;

use std::collections::HashMap;
use std::time::Duration;

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{
    Append, AppendError, Appended, EventQuery, EventStore, ExpectedVersion, NewEvent, StoredEvent, StreamKey,
    WriterOptions,
};
use cqrs_tests::appending::PLAIN;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use uuid::Uuid;

use self::proxy::Proxy;
use self::wire::Commits;
use crate::database::Database;
use crate::refusing;

/// What a commit is told that comes after it was given up.
const FENCED: &str = "CQ002";

pub(crate) type Answer = Result<Appended, AppendError>;

/// A log, and two ways to it.
struct Lines {
    /// Past the proxy.
    direct: EventStore,
    /// Through the proxy.
    store: EventStore,
    proxy: Proxy,
    _database: Database,
}

impl Lines {
    /// A store that looks for the outcome until it is known.
    async fn open() -> Self {
        Self::open_with(WriterOptions::default(), Commits::WithTheAppend).await
    }

    async fn open_with(writer: WriterOptions, commits: Commits) -> Self {
        let options = Options { connect_timeout: Duration::from_secs(2), ..Options::default() };
        Self::open_through(writer, commits, &options).await
    }

    async fn open_through(writer: WriterOptions, commits: Commits, options: &Options) -> Self {
        let database = Database::postgres().await;
        let direct = refusing::open(&database.url).await;
        if commits == Commits::ByItself {
            let name = database.url.rsplit_once('/').unwrap().1;
            let level = "SET default_transaction_isolation = 'repeatable read'";
            database.execute(&format!("ALTER DATABASE {name} {level}")).await;
        }
        let proxy = Proxy::before(&database.url, commits).await;
        let store = EventStore::open_with(proxy.url(), options, writer).await.unwrap();
        Self { direct, store, proxy, _database: database }
    }

    /// Appends together, in one commit.
    async fn append(&self, appends: &[Append]) -> Vec<Answer> {
        append_all(&self.store, appends).await
    }

    async fn log(&self) -> Vec<StoredEvent> {
        log(&self.direct).await
    }
}

async fn append_all(store: &EventStore, appends: &[Append]) -> Vec<Answer> {
    join_all(appends.iter().map(|append| store.append(append.clone()))).await
}

pub(crate) async fn log(store: &EventStore) -> Vec<StoredEvent> {
    store.read(EventQuery::log()).try_collect().await.unwrap()
}

/// Two new events of `stream`.
pub(crate) fn two_events(stream: &str, expected: ExpectedVersion) -> Append {
    of_payload(stream, expected, PLAIN)
}

fn of_payload(stream: &str, expected: ExpectedVersion, payload: &str) -> Append {
    let events = (0..2).map(|_| NewEvent::new(Uuid::now_v7(), "Happened", payload));
    Append::new(StreamKey::new("Account", stream.to_owned()), expected, events.collect())
}

/// Compares answers with the log; how many of them were `Indeterminate`.
pub(crate) fn all_true(appends: &[Append], answers: &[Answer], log: &[StoredEvent]) -> usize {
    let events: HashMap<_, _> = log.iter().map(|event| (event.event_id, event)).collect();
    assert_eq!(events.len(), log.len(), "an event is in the log twice");
    appends.iter().zip(answers).filter(|(append, answer)| !is_true(append, answer, &events)).count()
}

/// Whether an answer was given, which then is true.
fn is_true(append: &Append, answer: &Answer, log: &HashMap<Uuid, &StoredEvent>) -> bool {
    let found: Vec<_> = append.events.iter().filter_map(|event| log.get(&event.id).copied()).collect();
    match answer {
        Ok(appended) => {
            let first = appended.version - appended.count + 1;
            let versions: Vec<_> = found.iter().map(|event| event.version).collect();
            assert_eq!(versions, (first..=appended.version).collect::<Vec<_>>(), "{append:?}: {answer:?}");
            assert_eq!(found.last().map(|event| event.position), appended.position, "{append:?}: {answer:?}");
        }
        Err(AppendError::Indeterminate { event_ids, .. }) => {
            assert_eq!(*event_ids, append.events.iter().map(|event| event.id).collect::<Vec<_>>());
            assert!(found.is_empty() || found.len() == append.events.len(), "half of {append:?} was written");
            return false;
        }
        Err(_) => assert!(found.is_empty(), "{append:?}: {answer:?}, but it is in the log"),
    }
    true
}
