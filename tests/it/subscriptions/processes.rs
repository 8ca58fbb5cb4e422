//! Processes that append at once, conflict, roll back and are killed, while others follow the log.

use std::time::Duration;

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{EventQuery, EventStore, StoredEvent, WriterOptions};
use fastrand::Rng;
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::all;
use crate::database::Database;
use crate::databases::pgbouncer::Pgbouncer;
use crate::order::streams_are_in_order;
use crate::order::writers::Writers;
use crate::process::Process;
use crate::refusing;

const SEED: u64 = 20_261_122;
const KILLS: usize = 12;

/// A task that takes what comes until it is told where the log ends.
struct Subscriber {
    query: EventQuery,
    taken: JoinHandle<Vec<StoredEvent>>,
    count: watch::Receiver<usize>,
    end: watch::Sender<Option<u64>>,
}

impl Subscriber {
    fn start(store: &EventStore, query: EventQuery) -> Self {
        let ((counter, count), (end, ended)) = (watch::channel(0), watch::channel(None));
        let taken = tokio::spawn(take_until(store.clone(), query.clone(), counter, ended));
        Self { query, taken, count, end }
    }

    async fn has_taken(&mut self, count: usize) {
        self.count.wait_for(|taken| *taken >= count).await.unwrap();
    }

    /// Compares what it has taken with `log`, which does not go on.
    async fn has_all_of(self, log: &[StoredEvent]) {
        let wanted = |event: &&StoredEvent| {
            self.query.names.first().is_none_or(|name| *name == event.name)
                && self.query.stream.as_ref().is_none_or(|stream| *stream == event.stream)
                && self.query.after_position.is_none_or(|after| event.position > after)
        };
        let there: Vec<_> = log.iter().filter(wanted).cloned().collect();
        self.end.send(Some(there.last().map_or(0, |event| event.position))).unwrap();
        let taken = self.taken.await.unwrap();
        assert_eq!(taken.len(), there.len(), "of {:?}", self.query);
        assert!(taken == there, "other events, or in another order, than there are of {:?}", self.query);
    }
}

async fn take_until(
    store: EventStore,
    query: EventQuery,
    counter: watch::Sender<usize>,
    mut ended: watch::Receiver<Option<u64>>,
) -> Vec<StoredEvent> {
    let (mut events, mut taken) = (store.subscribe(query), Vec::<StoredEvent>::new());
    loop {
        let last = taken.last().map_or(0, |event| event.position);
        tokio::select! {
            _ = ended.wait_for(|end| end.is_some_and(|end| end <= last)) => return taken,
            event = events.next() => taken.push(event.expect("it goes on").expect("no error is final")),
        }
        counter.send_replace(taken.len());
    }
}

fn queries(middle: u64) -> Vec<EventQuery> {
    let stream = cqrs_runtime::store::StreamKey::new("Account", "3");
    let all = [EventQuery::log(), EventQuery::log().named(["Rare"]), EventQuery::stream(stream)];
    all.iter().cloned().chain(all.iter().cloned().map(|query| query.after_position(middle))).collect()
}

/// `follower` is another store of the log at `url`.
async fn nothing_is_missed(url: &str, follower: EventStore) {
    let mut rng = Rng::with_seed(SEED);
    let mut subscribers: Vec<_> = queries(0).into_iter().map(|query| Subscriber::start(&follower, query)).collect();
    let mut writers = Writers::start(url, rng.fork());
    let mut seen = 0;
    for kill in 0..KILLS {
        seen += rng.usize(10..120);
        subscribers[0].has_taken(seen).await;
        writers.kill_one().await;
        if kill == KILLS / 2 {
            let middle = follower.head().await.unwrap().position / 2;
            subscribers.extend(queries(middle).into_iter().map(|query| Subscriber::start(&follower, query)));
        }
    }
    writers.end().await;
    let log = all(&follower).await;
    streams_are_in_order(&log);
    for subscriber in subscribers {
        subscriber.has_all_of(&log).await;
    }
    follower.close().await;
}

#[tokio::test]
async fn nothing_is_missed_on_sqlite() {
    let database = Database::sqlite();
    refusing::open(&database.url).await.close().await;
    nothing_is_missed(&database.url, EventStore::open(&database.url).await.unwrap()).await;
}

#[tokio::test]
async fn nothing_is_missed_on_postgres() {
    let database = Database::postgres().await;
    refusing::open(&database.url).await.close().await;
    nothing_is_missed(&database.url, EventStore::open(&database.url).await.unwrap()).await;
}

#[tokio::test]
async fn nothing_is_missed_behind_pgbouncer() {
    let database = Database::postgres().await;
    refusing::open(&database.url).await.close().await;
    let bouncer = Pgbouncer::start();
    let url = bouncer.before(&database);
    nothing_is_missed(&url, EventStore::open(&url).await.unwrap()).await;
}

/// Nobody polls.
async fn another_process_is_heard_of(database: &Database) {
    let options = Options { poll_interval: Duration::from_hours(1), ..Options::default() };
    let here = EventStore::open_with(&database.url, &options, WriterOptions::default()).await.unwrap();
    let subscriber = Subscriber::start(&here, EventQuery::log());
    for (seed, wanted) in [("1", 20), ("2", 40)] {
        let other = Process::start(env!("CARGO_BIN_EXE_keep_appending"), &[&database.url, seed]);
        let mut count = subscriber.count.clone();
        count.wait_for(|taken| *taken >= wanted).await.unwrap();
        other.end().await;
    }
    subscriber.has_all_of(&all(&here).await).await;
    here.close().await;
}

#[tokio::test]
async fn another_process_is_heard_of_on_sqlite() {
    another_process_is_heard_of(&Database::sqlite()).await;
}

#[tokio::test]
async fn another_process_is_heard_of_on_postgres() {
    another_process_is_heard_of(&Database::postgres().await).await;
}

/// Cursors that are handed from subscription to subscription.
#[tokio::test]
async fn resuming_while_others_append() {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    let others: Vec<_> =
        ["1", "2", "3"].map(|seed| Process::start(env!("CARGO_BIN_EXE_keep_appending"), &[&database.url, seed])).into();
    let mut rng = Rng::with_seed(SEED);
    let mut cursor = store.start_cursor().await.unwrap();
    let mut taken: Vec<(u64, Uuid)> = Vec::new();
    for _ in 0..60 {
        let events = store.subscribe_after(cursor, EventQuery::log()).await.unwrap();
        let some: Vec<_> = events.take(rng.usize(1..40)).try_collect().await.unwrap();
        cursor = cursor.at(some.last().unwrap());
        taken.extend(some.iter().map(|event| (event.position, event.event_id)));
    }
    for other in others {
        other.end().await;
    }
    let log = all(&store).await;
    let there: Vec<_> = log.iter().take(taken.len()).map(|event| (event.position, event.event_id)).collect();
    assert_eq!(taken, there);
    store.close().await;
}
