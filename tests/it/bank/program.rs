//! The program itself.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use super::normal::normal;
use crate::database::Database;
use crate::workspace;

/// The program, built from the sources as they are.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--package", "bank", "--message-format", "json"]);
        let built = cargo.current_dir(workspace::root()).stderr(Stdio::inherit()).output().unwrap();
        assert!(built.status.success(), "the bank can't be built");
        let messages = String::from_utf8(built.stdout).unwrap();
        let artifacts = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut programs = artifacts.filter(|artifact| artifact["target"]["name"] == "bank");
        let path = programs.find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
        path.expect("the bank is a program")
    })
}

/// A bank with a database of its own, and a folder for its files.
pub(crate) struct Bank {
    pub(crate) database: Database,
    pub(crate) folder: TempDir,
}

/// What a run of the program has come to.
pub(crate) struct Ran {
    pub(crate) arguments: Vec<String>,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bank {
    pub(crate) fn sqlite() -> Self {
        Self::over(Database::sqlite())
    }

    pub(crate) async fn postgres() -> Self {
        Self::over(Database::postgres().await)
    }

    pub(crate) fn over(database: Database) -> Self {
        Self { database, folder: tempfile::tempdir().unwrap() }
    }

    /// The program in the bank's folder, without a say of the tester's environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.folder.path()).env_clear().env("DATABASE_URL", &self.database.url);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.command(), arguments)
    }

    /// Runs what must succeed, and reads its answer.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, Some(0), "{ran}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// Opens an account in US dollars.
    pub(crate) fn open(&self, deposit: &str) -> String {
        let opened =
            self.json(&["open", "--owner", "Ada Lovelace", "--email", "ada@example.org", "--deposit", deposit]);
        opened["account_id"].as_str().unwrap().to_owned()
    }

    /// Writes a file of lines to import.
    pub(crate) fn write(&self, name: &str, lines: &[&str]) {
        let mut file = std::fs::File::create(self.folder.path().join(name)).unwrap();
        for line in lines {
            writeln!(file, "{line}").unwrap();
        }
    }

    /// All that is written: accounts, versions and balances.
    pub(crate) fn accounts(&self) -> Value {
        self.json(&["accounts", "--limit", "1000000"])
    }
}

/// Runs a command with arguments to its end.
pub(crate) fn finish(mut command: Command, arguments: &[&str]) -> Ran {
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    Ran {
        arguments: arguments.iter().map(ToString::to_string).collect(),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// Expects a refusal or failure that says all of this on standard error, and nothing on standard output.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, says: &[&str]) {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{self}");
        for text in says {
            assert!(self.stderr.contains(text), "{text:?} is not said in\n{self}");
        }
        let sql = ["SELECT", "INSERT", "cqrs_append("].into_iter().find(|sql| self.stderr.contains(sql));
        assert_eq!(sql, None, "{self}");
    }

    #[track_caller]
    pub(crate) fn succeeds(&self) {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self}");
    }
}

impl Ran {
    /// What a terminal would have shown.
    fn shown(&self) -> String {
        let code = self.code.map_or_else(|| String::from("a signal"), |code| code.to_string());
        format!("$ bank {}\n{}{}exit code {code}\n", self.arguments.join(" "), self.stdout, self.stderr)
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// A transcript of several runs, the same every time.
pub(crate) fn transcript(runs: &[Ran]) -> String {
    normal(&runs.iter().map(Ran::shown).collect::<Vec<_>>().join("\n"))
}
