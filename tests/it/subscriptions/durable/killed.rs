//! Subscribers that are killed at whatever moment: what they write while they handle an event is written once.

use std::time::Duration;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{EventStore, WorkerId};
use fastrand::Rng;
use futures_util::future::join_all;
use tokio::time::timeout;

use super::super::{all, append};
use super::sent::Sent;
use crate::database::Database;
use crate::process::Process;

const LEASE: Duration = Duration::from_secs(6);
const KILLED_AT: &str = "2026-03-01T08:00:00Z";
/// Within the lease time; what is left of it is the time in which the others ask, a sixth.
const FREE_AT: &str = "2026-03-01T08:00:05Z";
const KILLS: u32 = 20;
const STREAMS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn start(database: &Database) -> Process {
    start_with(database, Duration::from_millis(300))
}

fn start_with(database: &Database, lease_time: Duration) -> Process {
    let lease_time = lease_time.as_millis().to_string();
    Process::start(env!("CARGO_BIN_EXE_keep_handling"), &[&database.url, "3", &lease_time])
}

#[tokio::test]
async fn on_sqlite() {
    killed_again_and_again(&Database::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    killed_again_and_again(&Database::postgres().await).await;
}

/// Two at a time, of which now one dies first, now the other.
async fn killed_again_and_again(database: &Database) {
    let mut rng = Rng::new();
    println!("seed {}", rng.get_seed());
    let store = EventStore::open(&database.url).await.unwrap();
    let sent = Sent::create(&database.url).await;
    let (mut appended, mut last) = (0, 0);
    for _ in 0..KILLS {
        for _ in 0..40 {
            appended += 1;
            append(&store, STREAMS[rng.usize(0..STREAMS.len())], [appended]).await;
        }
        let mut processes = [start(database), start(database)];
        rng.shuffle(&mut processes);
        for mut process in processes {
            assert_eq!(process.hear().await.as_deref(), Some("ready"));
            let enough = last + rng.usize(0..20);
            while last < enough.min(all(&store).await.len()) {
                assert!(!process.has_spoken(), "it has ended");
                last = sent.count().await;
            }
            for _ in 0..rng.u32(0..2_000) {
                tokio::task::yield_now().await;
            }
            process.kill().await;
        }
        sent.is_what_was_confirmed(&all(&store).await).await;
    }
    let mut processes = [start(database), start(database)];
    for process in &mut processes {
        assert_eq!(process.hear().await.as_deref(), Some("ready"));
    }
    let log = all(&store).await;
    while sent.count().await < log.len() {
        assert!(!processes.iter().any(Process::has_spoken), "one has ended");
        tokio::task::yield_now().await;
    }
    join_all(processes.map(Process::end)).await;
    sent.is_all_of(&log).await;
    store.close().await;
}

#[tokio::test]
async fn taken_over_on_sqlite() {
    taken_over_within_the_lease_time(&Database::sqlite()).await;
}

#[tokio::test]
async fn taken_over_on_postgres() {
    taken_over_within_the_lease_time(&Database::postgres().await).await;
}

/// By the database's clock.
async fn taken_over_within_the_lease_time(database: &Database) {
    let backend = open(&database.url, &Options::default()).await.unwrap();
    Sent::create(&database.url).await;
    database.set_clock(KILLED_AT).await;
    let owners = async || -> Vec<Option<WorkerId>> {
        let standing = backend.checkpoints("subscription mails").await.unwrap();
        standing.iter().map(|known| known.worker).collect()
    };
    let mut killed = start_with(database, LEASE);
    assert_eq!(killed.hear().await.as_deref(), Some("ready"));
    let first = owners().await[0];
    let mut stays = start_with(database, LEASE);
    assert_eq!(stays.hear().await.as_deref(), Some("ready"));
    killed.kill().await;
    database.set_clock(FREE_AT).await;
    let taken_over = async {
        while owners().await.contains(&first) {
            assert!(!stays.has_spoken(), "it has ended");
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_mins(2), taken_over).await.expect("they are taken over");
    assert!(owners().await.iter().all(Option::is_some));
    stays.end().await;
    backend.close().await;
}
