//! Programs of Node.js in folders of the workspace. None outlives its test.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::workspace::root;

/// What hangs is ended after this time, on a busy machine, too.
const LIMIT: Duration = Duration::from_mins(10);
/// So many lines of a failure are shown.
const LINES: usize = 60;

/// A folder with a `package.json`.
pub(crate) struct Package {
    folder: PathBuf,
}

impl Package {
    /// With what its lock file lists, installed once in a run.
    pub(crate) async fn installed(folder: &'static str) -> Self {
        static INSTALLED: Mutex<BTreeSet<&str>> = Mutex::const_new(BTreeSet::new());
        let package = Self { folder: root().join(folder) };
        let mut installed = INSTALLED.lock().await;
        if !installed.contains(folder) {
            package.run("npm", &["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], &[]).await;
            installed.insert(folder);
        }
        package
    }

    /// A program in the folder; it ends with the value that stands for it.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs a program that must succeed, and returns what it has said on standard output.
    pub(crate) async fn run(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = self.command(program, arguments);
        let (said, failed) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        command.envs(variables.iter().copied());
        command.stdout(said.try_clone().unwrap()).stderr(failed.try_clone().unwrap());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}, of the package nodejs: {error}"));
        let ended = timeout(LIMIT, child.wait()).await.map(Result::unwrap);
        let (said, failed) = (all(said), all(failed));
        let why = match ended {
            Ok(status) if status.success() => return said,
            Ok(status) => status.to_string(),
            Err(_) => format!("it has not ended within {} s", LIMIT.as_secs()),
        };
        panic!("{program} {}: {why}\n{}", arguments.join(" "), last_lines(&format!("{said}{failed}")));
    }
}

/// What has been written to a file.
pub(crate) fn all(mut file: File) -> String {
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

/// The end of what a program has said.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
