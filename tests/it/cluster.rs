//! PostgreSQL servers of a test's own: those that it restarts, or that need a replica.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A server, gone with the value.
pub(crate) struct Cluster {
    /// Where a store opens its database.
    pub(crate) url: String,
    folder: PathBuf,
    _parent: TempDir,
}

impl Cluster {
    /// A server without a log.
    pub(crate) fn start() -> Self {
        Self::made(|folder| vec!["start".into(), folder])
    }

    /// A server that follows this one.
    pub(crate) fn replica(&self) -> Self {
        Self::made(|folder| vec!["replica".into(), self.folder.clone(), folder])
    }

    /// Ends the server, its clients' connections too, and starts it again at the same address.
    pub(crate) fn restart(&self) {
        run(&["restart".into(), self.folder.clone()]);
    }

    /// Ends the server as a crash would.
    pub(crate) fn kill(&self) {
        run(&["kill".into(), self.folder.clone()]);
    }

    fn made(arguments: impl FnOnce(PathBuf) -> Vec<PathBuf>) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("pg");
        let url = run(&arguments(folder.clone()));
        Self { url, folder, _parent: parent }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        run(&["stop".into(), self.folder.clone()]);
    }
}

/// Runs `tests/pg`, and yields what it prints.
fn run(arguments: &[PathBuf]) -> String {
    let script = std::env::var_os("CQRS_TEST_PG")
        .expect("tests with a server of their own need a script that starts it: run `tests/run`, or set CQRS_TEST_PG");
    let run = Command::new(script).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", run.status);
    String::from_utf8(run.stdout).unwrap().trim().to_owned()
}
