//! A line of the file as a command.

use std::borrow::Cow;

use bank::domain::{Account, AccountCommand, AccountId};
use cqrs_runtime::command::{CommandJsonError, CommandVisitor};
use cqrs_runtime::dispatch::CommandOptions;
use cqrs_runtime::prelude::*;
use serde_json::value::RawValue;

use super::lines::Line;
use super::report::Refused;

/// What all lines of an import have in common.
pub(super) struct Source {
    pub(super) file: String,
    pub(super) principal: String,
    pub(super) correlation_id: Uuid,
}

/// A command that is to be executed.
pub(super) struct Job {
    pub(super) line: u64,
    pub(super) account_id: AccountId,
    pub(super) command: AccountCommand,
    pub(super) options: CommandOptions,
}

/// What stands in a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'l> {
    #[serde(borrow)]
    command: Cow<'l, str>,
    #[serde(borrow)]
    input: &'l RawValue,
    #[serde(borrow, default)]
    key: Option<Cow<'l, str>>,
    #[serde(default)]
    expected_version: Option<u64>,
}

impl Source {
    /// The command of a line; none in an empty one.
    pub(super) fn parse(&self, line: &Line) -> Result<Option<Job>, Refused> {
        let refuse = |command: Option<&str>, message| Refused::malformed(line.number, command, message);
        let Some(text) = &line.text else {
            return Err(refuse(None, String::from("the line is longer than a command can be")));
        };
        if text.trim_ascii().is_empty() {
            return Ok(None);
        }
        let written: Written<'_> = serde_json::from_slice(text).map_err(|error| refuse(None, at_column(&error)))?;
        let command =
            AccountCommand::from_json(&written.command, written.input.get()).map_err(|error| match error {
                CommandJsonError::UnknownCommand { name, .. } => Refused::unknown_command(line.number, name),
                CommandJsonError::Malformed { source, .. } => refuse(Some(&written.command), without_place(&source)),
            })?;
        let account_id = command.clone().visit(TargetOf);
        Ok(Some(Job { line: line.number, account_id, options: self.options(line.number, &written), command }))
    }

    fn options(&self, line: u64, written: &Written<'_>) -> CommandOptions {
        let mut options = CommandOptions::new()
            .principal(&self.principal)
            .correlation_id(self.correlation_id)
            .metadata("source", format!("{}:{line}", self.file));
        if let Some(key) = &written.key {
            options = options.idempotency_key(&**key);
        }
        if let Some(version) = written.expected_version {
            options = options.expected_version(version);
        }
        options
    }
}

/// Which account a command is for.
struct TargetOf;

impl CommandVisitor<Account> for TargetOf {
    type Output = AccountId;

    fn visit<C: Command<Id = AccountId>>(self, command: C) -> AccountId
    where
        Account: Decide<C>,
    {
        command.target(Uuid::now_v7).into_owned()
    }
}

/// The message with the column alone: a line of the file is the only line of its JSON.
fn at_column(error: &serde_json::Error) -> String {
    let what = if error.is_data() { "" } else { "malformed JSON: " };
    format!("{what}{}, at column {}", without_place(error), error.column())
}

fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.clone(), |(message, _)| message.to_owned())
}
