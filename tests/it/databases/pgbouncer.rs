//! A pgbouncer in transaction mode between the stores and the server: no statement may rely on the server's connection
//! that served the one before.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;

use cqrs_runtime::store::{EventStore, WriterOptions};
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

/// The locks of leases end with their transactions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_partitions_behind_it() {
    let database = Database::postgres().await;
    let bouncer = Pgbouncer::start();
    let url = bouncer.before(&database);
    together::contend(together::opened(&url).await).await;
}
