//! Handling events in the transaction that confirms them: both, or neither.

use std::time::Duration;

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{EventStore, StoreError, StoredEvent, WriterOptions};
use cqrs_runtime::subscription::{Handling, Subscriber, SubscriptionError};
use sea_orm::ConnectionTrait;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::super::{Log, all, append};
use super::sent::Sent;
use super::{HOUR, checkpoints, forget_meanwhile, is_forgotten, mails, next, number, open};
use crate::database::Database;
use crate::lost_connection::proxy::Proxy;
use crate::lost_connection::wire::Commits;

/// A test on each database.
macro_rules! on_each_database {
    ($($name:ident)+) => {$(
        mod $name {
            use crate::database::Database;
            use crate::subscriptions::Log;

            #[tokio::test]
            async fn on_sqlite() {
                super::$name(&Log::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name(&Log::Database(Database::postgres().await)).await;
            }
        }
    )+};
}
pub(super) use on_each_database;

on_each_database! {
    both_are_written_or_neither
    who_has_lost_it_writes_nothing
    nobody_takes_over_in_the_midst
    appends_go_on
    a_hung_handling_is_given_up
    what_is_said_to_be_written_is
    closing_does_not_wait_for_it
    nothing_is_written_for_what_was_forgotten
}

pub(super) fn database(log: &Log) -> &Database {
    match log {
        Log::Database(database) => database,
        Log::Memory(_) => panic!("there is no database"),
    }
}

async fn sent(log: &Log) -> i64 {
    database(log).count("sent").await
}

/// Writes a row for an event.
async fn send(handling: &Handling<'_>, event: &StoredEvent) {
    let written = format!("INSERT INTO sent VALUES ({})", number(event));
    handling.connection().unwrap().execute_unprepared(&written).await.unwrap();
}

async fn handle(subscriber: &mut Subscriber) -> u128 {
    let event = next(subscriber).await;
    let handling = subscriber.begin(&event).await.unwrap();
    send(&handling, &event).await;
    handling.commit().await.unwrap();
    number(&event)
}

async fn both_are_written_or_neither(log: &Log) {
    let store = log.open().await;
    database(log).execute("CREATE TABLE sent (number INTEGER PRIMARY KEY)").await;
    append(&store, "a", 1..=3).await;
    let mut first = open(&store).await;
    assert_eq!(handle(&mut first).await, 1);
    let second = next(&mut first).await;
    let handling = first.begin(&second).await.unwrap();
    send(&handling, &second).await;
    drop(handling);
    assert_eq!((sent(log).await, checkpoints(log).await), (1, vec![second.position - 1]), "it is rolled back");
    first.close().await.unwrap();

    let mut other = open(&store).await;
    assert_eq!(handle(&mut other).await, 2, "it was not confirmed");
    let third = next(&mut other).await;
    other.confirm(&third).await.unwrap();
    let again = other.begin(&third).await;
    assert!(matches!(again, Err(SubscriptionError::Confirmed { position }) if position == third.position), "{again:?}");
    assert_eq!((sent(log).await, checkpoints(log).await), (2, vec![third.position]));
}

async fn who_has_lost_it_writes_nothing(log: &Log) {
    let store = log.open().await;
    database(log).execute("CREATE TABLE sent (number INTEGER PRIMARY KEY)").await;
    append(&store, "a", 1..=2).await;
    let mut paused = open(&store).await;
    let first = next(&mut paused).await;

    let backend = log.backend().await;
    let owner = backend.checkpoints("subscription mails").await.unwrap()[0].worker.unwrap();
    backend.heartbeat(owner, Duration::ZERO).await.unwrap();
    let mut other = open(&store).await;
    assert_eq!(handle(&mut other).await, 1);

    let lost = paused.begin(&first).await;
    assert!(matches!(lost, Err(SubscriptionError::LeaseLost { .. })), "{lost:?}");
    assert_eq!(sent(log).await, 1);
    backend.close().await;
}

/// A session that ends while the transaction is under way does not let another one in before that.
async fn nobody_takes_over_in_the_midst(log: &Log) {
    let store = log.open().await;
    database(log).execute("CREATE TABLE sent (number INTEGER PRIMARY KEY)").await;
    append(&store, "a", 1..=2).await;
    let mut slow = open(&store).await;
    let event = next(&mut slow).await;
    let backend = log.backend().await;
    let owner = backend.checkpoints("subscription mails").await.unwrap()[0].worker.unwrap();
    backend.heartbeat(owner, Duration::ZERO).await.unwrap();
    let before = slow.begin(&event).await;
    assert!(matches!(before, Err(SubscriptionError::LeaseLost { .. })), "{before:?}");

    let mut slow = mails(&store).open().await.unwrap();
    let event = next(&mut slow).await;
    let owner = backend.checkpoints("subscription mails").await.unwrap()[0].worker.unwrap();
    let handling = slow.begin(&event).await.unwrap();
    send(&handling, &event).await;
    let other = log.open().await;
    let (joined, has_joined) = oneshot::channel();
    let joining = tokio::spawn(async move {
        backend.heartbeat(owner, Duration::ZERO).await.unwrap();
        let mut other = mails(&other).lease_time(Duration::from_millis(400)).open().await?;
        let _ = joined.send(());
        let event = other.next().await?;
        backend.close().await;
        Ok::<_, SubscriptionError>((number(&event), other))
    });
    // On SQLite, the file is locked, and they wait for it; on PostgreSQL, the row is, and is passed over.
    if !database(log).url.starts_with("sqlite") {
        has_joined.await.unwrap();
    }
    handling.commit().await.unwrap();
    let (taken, _other) = joining.await.unwrap().unwrap();
    assert_eq!((taken, sent(log).await), (2, 1));
}

/// Who appends in the midst of it waits; nothing hangs.
async fn appends_go_on(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=1).await;
    let mut opened = open(&store).await;
    let event = next(&mut opened).await;
    let handling = opened.begin(&event).await.unwrap();
    let appending = {
        let store = store.clone();
        tokio::spawn(async move { append(&store, "a", [2]).await })
    };
    tokio::task::yield_now().await;
    handling.commit().await.unwrap();
    appending.await.unwrap();
    assert_eq!(number(&next(&mut opened).await), 2);
}

/// Whoever does nothing for longer than the lease time does not hold the others up.
async fn a_hung_handling_is_given_up(log: &Log) {
    let store = log.open().await;
    let rows = Sent::create(&database(log).url).await;
    append(&store, "a", 1..=1).await;
    let mut opened = mails(&store).lease_time(Duration::from_millis(600)).open().await.unwrap();
    let mut handle_hanging = async || {
        let event = next(&mut opened).await;
        let handling = opened.begin(&event).await.unwrap();
        let connection = handling.connection().unwrap();
        connection.execute_unprepared("INSERT INTO sent (position) VALUES (6)").await.unwrap();
        // It waits for the end of the transaction.
        let others = database(log).execute("UPDATE cqrs_checkpoints SET changes = changes");
        timeout(HOUR / 60, others).await.expect("it is given up");
        let written = connection.execute_unprepared("INSERT INTO sent (position) VALUES (7)").await;
        assert!(written.is_err(), "nothing is written behind it");
        let told = [handling.connection().err(), written.err().map(|error| handling.error(error))];
        assert!(told.iter().flatten().all(StoreError::is_retryable), "{told:?}");
        let over = handling.commit().await.unwrap_err();
        assert!(over.is_retryable(), "{over:?}");
        opened.rewind();
        number(&event)
    };
    assert_eq!(handle_hanging().await, 1);
    assert_eq!(handle_hanging().await, 1, "it comes again");
    assert_eq!(rows.count().await, 0);
    // The connection is as good as before.
    while rows.count().await == 0 {
        let event = next(&mut opened).await;
        match Sent::send(&mut opened, &event).await {
            Err(error) if error.is_retryable() => opened.rewind(),
            sent => sent.unwrap(),
        }
    }
    rows.is_all_of(&all(&store).await).await;
}

/// Where the database has given the transaction up for a statement that failed, nothing is confirmed.
async fn what_is_said_to_be_written_is(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=1).await;
    let mut opened = open(&store).await;
    let event = next(&mut opened).await;
    let handling = opened.begin(&event).await.unwrap();
    handling.connection().unwrap().execute_unprepared("INSERT INTO what_is_not_there VALUES (1)").await.unwrap_err();
    let committed = handling.commit().await;
    assert_eq!(committed.is_ok(), checkpoints(log).await == [event.position], "{committed:?}");
    assert_eq!(committed.is_ok(), database(log).url.starts_with("sqlite"), "{committed:?}");
}

async fn closing_does_not_wait_for_it(log: &Log) {
    let (busy_timeout, connect_timeout) = (Duration::from_millis(200), Duration::from_secs(2));
    let options = Options { busy_timeout, connect_timeout, ..Options::default() };
    let store = EventStore::open_with(&database(log).url, &options, WriterOptions::default()).await.unwrap();
    append(&store, "a", 1..=1).await;
    let mut opened = open(&store).await;
    let event = next(&mut opened).await;
    let handling = opened.begin(&event).await.unwrap();
    timeout(HOUR / 60, store.close()).await.expect("it comes to an end");
    drop(handling);
    let closed = opened.begin(&event).await;
    assert!(matches!(closed, Err(SubscriptionError::Store(StoreError::Closed))), "{closed:?}");
}

async fn nothing_is_written_for_what_was_forgotten(log: &Log) {
    let store = log.open().await;
    append(&store, "a", 1..=2).await;
    let mut slept = open(&store).await;
    let event = next(&mut slept).await;
    forget_meanwhile(log, &store, &slept).await;
    for _ in 0..2 {
        is_forgotten(slept.begin(&event).await);
    }
    is_forgotten(slept.next().await);
    assert_eq!(checkpoints(log).await, [0; 0]);
}

/// A server of which nothing is heard any more: no step of a handling waits for it for ever, and none is done twice.
#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let database = Database::postgres().await;
    let proxy = Proxy::before(&database.url, Commits::WithTheAppend).await;
    let (connect_timeout, commit_timeout) = (Duration::from_secs(1), Duration::from_secs(1));
    let options = Options { connect_timeout, commit_timeout, read_timeout: commit_timeout, ..Options::default() };
    let store = EventStore::open_with(proxy.url(), &options, WriterOptions::default()).await.unwrap();
    let direct = EventStore::open(&database.url).await.unwrap();
    append(&direct, "a", 1..=4).await;
    let sent = Sent::create(&database.url).await;
    let mut opened = open(&store).await;
    for at_commit in [true, false, true, false] {
        let event = next(&mut opened).await;
        let lost = if at_commit {
            let handling = opened.begin(&event).await.unwrap();
            let written = format!("INSERT INTO sent (position) VALUES ({})", event.position);
            handling.connection().unwrap().execute_unprepared(&written).await.unwrap();
            proxy.set_silent(true);
            handling.commit().await
        } else {
            proxy.set_silent(true);
            opened.begin(&event).await.map(drop)
        };
        let is_unknown = matches!(lost, Err(SubscriptionError::Store(StoreError::Unreachable(_))));
        assert!(is_unknown, "{lost:?}");
        proxy.set_silent(false);
        loop {
            match Sent::send(&mut opened, &event).await {
                Ok(()) | Err(SubscriptionError::Confirmed { .. }) => break,
                Err(error) => assert!(error.is_retryable(), "{error:?}"),
            }
        }
    }
    sent.is_all_of(&all(&direct).await).await;
    store.close().await;
    direct.close().await;
}

/// There, nothing else can be written.
#[tokio::test]
async fn a_store_in_memory_has_no_transactions() {
    let store = Log::memory().open().await;
    append(&store, "a", [1]).await;
    let mut opened = open(&store).await;
    let event = next(&mut opened).await;
    let begun = opened.begin(&event).await;
    assert!(matches!(begun, Err(SubscriptionError::Store(StoreError::NoTables))), "{begun:?}");
}
