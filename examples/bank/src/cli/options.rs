//! What can be said with every command.

use std::fs;
use std::path::{Path, PathBuf};

use bank::domain::BankLimits;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use cqrs_runtime::dispatch::CommandOptions;
use cqrs_runtime::prelude::*;

use super::bank::Bank;
use super::failure::Failure;

/// What `--help` ends with.
pub(crate) const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 refused or failed; 2 not understood.
With --json, standard output gets exactly one JSON document: the answer, or {\"error\": ..}.
RUST_LOG=info has the program tell on standard error what it does.";

#[derive(Args)]
pub(crate) struct Options {
    /// Where the events are kept: `sqlite://FILE` or `postgres://USER@HOST/DATABASE`
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true)]
    #[arg(value_name = "URL", default_value = "sqlite://bank.db", help_heading = "Everywhere")]
    database: String,
    /// Answer in JSON
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// A JSON file with other limits than the bank's usual ones
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    limits: Option<PathBuf>,
    /// Take this for the time, instead of the clock's, such as 2026-03-01T10:00:00Z
    #[arg(long, global = true, value_name = "TIME", help_heading = "Everywhere")]
    now: Option<DateTime<Utc>>,
}

impl Options {
    /// What is taken for the time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(Utc::now)
    }

    /// Opens the database.
    pub(crate) async fn open(&self) -> Result<Bank, Failure> {
        let limits = self.limits.as_deref().map(read_limits).transpose()?.unwrap_or_default();
        Bank::open(&self.database, limits, self.now).await
    }
}

fn read_limits(path: &Path) -> Result<BankLimits, Failure> {
    let text = fs::read_to_string(path).map_err(|source| Failure::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| Failure::Limits { path: path.to_owned(), source })
}

/// Who sends a command, and how a repetition is recognised.
#[derive(Args)]
pub(crate) struct Caller {
    /// Who asks; recorded with the events
    #[arg(long, value_name = "NAME", env = "BANK_PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// Sent again with this key, the command gets its first answer and changes nothing
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
}

impl Caller {
    pub(crate) fn options(&self) -> CommandOptions {
        let options = CommandOptions::new().principal(self.principal.clone().unwrap_or_default());
        match &self.idempotency_key {
            Some(key) => options.idempotency_key(key),
            None => options,
        }
    }
}

/// How a command to an existing account is sent.
#[derive(Args)]
pub(crate) struct Sending {
    #[command(flatten)]
    caller: Caller,
    /// Only if the account is still at this version
    #[arg(long, value_name = "VERSION")]
    expected_version: Option<u64>,
}

impl Sending {
    pub(crate) fn options(&self) -> CommandOptions {
        let options = self.caller.options();
        match self.expected_version {
            Some(version) => options.expected_version(version),
            None => options,
        }
    }
}
