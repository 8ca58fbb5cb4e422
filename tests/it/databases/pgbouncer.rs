//! A pgbouncer in transaction mode between the stores and the server: no statement may rely on the server's connection
//! that served the one before.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;

use cqrs_runtime::store::{EventStore, WriterOptions};
use cqrs_runtime::subscription::SubscriptionError;
use cqrs_tests::appending::PLAIN;
use tempfile::TempDir;

use super::workload::Workload;
use super::*;
use crate::leases::together;

const STORES: usize = 3;
const TASKS: u64 = 6;
const EACH: u64 = 25;

/// A pgbouncer of the test's own.
pub(crate) struct Pgbouncer {
    folder: TempDir,
    /// As `tests/pg` says: with the parameter for a pgbouncer that keeps no prepared statements, where it is one.
    url: String,
}

impl Pgbouncer {
    pub(crate) fn start() -> Self {
        let server = std::env::var("CQRS_TEST_POSTGRES").expect("tests on PostgreSQL need a server: run `tests/run`");
        let folder = tempfile::tempdir().unwrap();
        let url = pg(&["pgbouncer", &server], &folder.path().join("pgbouncer"));
        Self { folder, url }
    }

    fn run(&self, what: &str) {
        pg(&[what], &self.folder.path().join("pgbouncer"));
    }

    /// The address of `database` through it.
    pub(crate) fn before(&self, database: &Database) -> String {
        let name = database.url.rsplit_once('/').unwrap().1;
        let (server, parameters) = self.url.rsplit_once("/postgres").unwrap();
        format!("{server}/{name}{parameters}")
    }
}

impl Drop for Pgbouncer {
    fn drop(&mut self) {
        self.run("stop");
    }
}

/// What `tests/pg` says.
fn pg(arguments: &[&str], folder: &Path) -> String {
    let program = std::env::var("CQRS_TEST_PG").expect("tests on PostgreSQL need CQRS_TEST_PG: run `tests/run`");
    let output = Command::new(program).args(arguments).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

async fn stores(url: &str) -> Vec<EventStore> {
    let mut stores = Vec::new();
    for _ in 0..STORES {
        stores.push(EventStore::open_with(url, &Options::default(), WriterOptions::default()).await.unwrap());
    }
    stores
}

async fn crowd(keep_statements: bool) {
    let database = Database::postgres().await;
    let bouncer = Pgbouncer::start();
    let mut url = bouncer.before(&database);
    if !keep_statements && !url.contains('?') {
        url.push_str("?statement-cache-capacity=0");
    }
    let stores = stores(&url).await;
    let workload = Workload::default();
    let cut = async {
        while workload.done.load(Ordering::Relaxed) < STORES * 60 {
            tokio::task::yield_now().await;
        }
        bouncer.run("kill");
        bouncer.run("restart");
    };
    tokio::join!(workload.run(&stores, TASKS, EACH), cut);
    assert!(workload.lost.load(Ordering::Relaxed) > 0, "the connections were cut");
    for store in stores {
        store.close().await;
    }
}

#[tokio::test]
async fn it_need_not_keep_prepared_statements() {
    crowd(false).await;
}

/// As they are from pgbouncer 1.21 on; with an older one, `tests/pg` gives the address that does without.
#[tokio::test]
async fn it_may_keep_prepared_statements() {
    crowd(true).await;
}

/// Where no statement may have a name, no transaction is handed out; what is confirmed by itself is.
#[tokio::test]
async fn transactions_are_handed_out_where_statements_may_have_names() {
    let database = Database::postgres().await;
    let bouncer = Pgbouncer::start();
    let url = bouncer.before(&database);
    let (path, parameters) = url.split_once('?').unwrap_or((&url, ""));
    for parameters in [parameters, "statement-cache-capacity=0"] {
        let keeps_names = parameters.is_empty();
        let url = if keeps_names { path.to_owned() } else { format!("{path}?{parameters}") };
        let stores = stores(&url).await;
        let event = NewEvent::new(Uuid::now_v7(), "Happened", PLAIN);
        stores[0].append(Append::new(StreamKey::new("A", "1"), ExpectedVersion::Any, vec![event])).await.unwrap();
        // Each of them may get the connection that the one before had.
        for (number, store) in stores.iter().enumerate() {
            let named = store.durable_subscription(format!("{keeps_names} {number}"), EventQuery::log());
            let mut opened = named.open().await.unwrap();
            let event = opened.next().await.unwrap();
            match opened.begin(&event).await {
                Ok(handling) if keeps_names => handling.commit().await.unwrap(),
                Err(SubscriptionError::Store(StoreError::NoTransactions)) if !keeps_names => {
                    opened.confirm(&event).await.unwrap();
                }
                begun => panic!("{begun:?}"),
            }
        }
        for store in stores {
            store.close().await;
        }
    }
}

/// The locks of leases end with their transactions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_partitions_behind_it() {
    let database = Database::postgres().await;
    let bouncer = Pgbouncer::start();
    let url = bouncer.before(&database);
    together::contend(together::opened(&url).await).await;
}
