//! Subscribers that are killed at whatever moment: what they write while they handle an event is written once.

use cqrs_runtime::store::EventStore;
use fastrand::Rng;
use futures_util::future::join_all;

use super::super::{all, append};
use super::sent::Sent;
use crate::database::Database;
use crate::process::Process;

const KILLS: u32 = 20;
const STREAMS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn start(database: &Database) -> Process {
    Process::start(env!("CARGO_BIN_EXE_keep_handling"), &[&database.url, "3", "300"])
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
                last = sent.count().await;
            }
            for _ in 0..rng.u32(0..2_000) {
                tokio::task::yield_now().await;
            }
            process.kill().await;
        }
        sent.is_what_was_confirmed(&all(&store).await).await;
    }
    let processes = [start(database), start(database)];
    let log = all(&store).await;
    while sent.count().await < log.len() {
        tokio::task::yield_now().await;
    }
    join_all(processes.map(Process::end)).await;
    sent.is_all_of(&log).await;
    store.close().await;
}
