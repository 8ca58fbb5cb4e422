//! What has come of an import.

use std::fmt::Write;
use std::time::Duration;

use bank::domain::{AccountCommand, AccountError, AccountId};
use comfy_table::CellAlignment;
use cqrs_runtime::dispatch::{CommandError, Executed};
use cqrs_runtime::prelude::*;

use crate::cli::failure::{self, Failure, FailureView};
use crate::cli::output::{table, thousands};

const UNKNOWN_COMMAND: &str = "UNKNOWN_COMMAND";

/// What has come of an import.
#[derive(Default, Serialize)]
pub(super) struct Report {
    accepted: u64,
    /// Of the accepted ones, those that an earlier run had executed.
    repeated: u64,
    refused: u64,
    not_executed: u64,
    /// Those of which it is not known whether they were executed.
    unknown: u64,
    events: u64,
    refusals: Vec<Refused>,
    /// What ended it before the file's end.
    stopped: Option<Stopped>,
}

/// A line that was not executed.
#[derive(Serialize)]
pub(super) struct Refused {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<AccountId>,
    #[serde(flatten)]
    why: Box<FailureView>,
}

#[derive(Serialize)]
struct Stopped {
    line: u64,
    #[serde(flatten)]
    why: Box<FailureView>,
}

impl Refused {
    pub(super) fn malformed(line: u64, command: Option<&str>, message: String) -> Self {
        Self::unread(line, command, "MALFORMED_LINE", message)
    }

    pub(super) fn unknown_command(line: u64, name: String) -> Self {
        let message = format!("there is no command `{name}`");
        Self { command: Some(name), ..Self::unread(line, None, UNKNOWN_COMMAND, message) }
    }

    fn unread(line: u64, command: Option<&str>, code: &str, message: String) -> Self {
        let why = FailureView { code: code.to_owned(), message, field: None, causes: Vec::new(), hint: None };
        Self { line, command: command.map(str::to_owned), account_id: None, why: Box::new(why) }
    }
}

impl Report {
    pub(super) fn accept<A: Aggregate>(&mut self, executed: &Executed<A>) {
        self.accepted += 1;
        self.repeated += u64::from(executed.repeated);
        if !executed.repeated {
            self.events += executed.events.len() as u64;
        }
    }

    pub(super) fn refuse(&mut self, refused: Refused) {
        self.refused += 1;
        self.refusals.push(refused);
    }

    /// A line that was not accepted; where the database is to blame, the next one would not be either.
    pub(super) fn fail(&mut self, line: u64, command: &str, account_id: AccountId, error: CommandError<AccountError>) {
        let stops = failure::is_of_all(&error);
        let unknown = matches!(error, CommandError::Indeterminate { .. });
        let why = Box::new(FailureView::from(&Failure::from(error)));
        if stops || unknown {
            let count = if unknown { &mut self.unknown } else { &mut self.not_executed };
            *count += 1;
            self.stopped.get_or_insert(Stopped { line, why });
        } else {
            self.refuse(Refused { line, command: Some(command.to_owned()), account_id: Some(account_id), why });
        }
    }

    pub(super) fn leave_out(&mut self) {
        self.not_executed += 1;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// In the file's order.
    pub(super) fn sorted(mut self) -> Self {
        self.refusals.sort_by_key(|refused| refused.line);
        self
    }

    /// Whether every line was accepted.
    pub(super) fn is_complete(&self) -> bool {
        self.refused == 0 && self.stopped.is_none()
    }

    pub(super) fn prose(&self, took: Duration) -> String {
        let mut text = String::new();
        if !self.refusals.is_empty() {
            let _ = writeln!(text, "{}", self.refused_lines());
        }
        if self.refusals.iter().any(|refused| refused.why.code == UNKNOWN_COMMAND) {
            let _ = writeln!(text, "The commands are {}.", AccountCommand::NAMES.join(", "));
        }
        let _ = writeln!(text, "{}", self.summary());
        let seconds = took.as_secs_f64();
        let _ = writeln!(text, "in {seconds:.1} s, {} commands a second", self.per_second(took));
        if let Some(Stopped { line, why }) = &self.stopped {
            let causes = why.causes.iter().fold(String::new(), |text, cause| text + ": " + cause);
            let _ = writeln!(text, "\nstopped at line {line}: {}{causes}", why.message);
            let _ = writeln!(text, "Import the file again: lines with a key that were executed are recognised.");
        }
        text
    }

    fn per_second(&self, took: Duration) -> String {
        let answered = u128::from(self.accepted + self.refused);
        let rate = answered * 1_000_000 / took.as_micros().max(1);
        thousands(u64::try_from(rate).unwrap_or(u64::MAX))
    }

    fn refused_lines(&self) -> comfy_table::Table {
        let mut table = table(["line", "refused", "account", "why"]);
        for Refused { line, command, account_id, why } in &self.refusals {
            let account = account_id.map(|id| id.to_string()).unwrap_or_default();
            let causes = why.causes.iter().fold(String::new(), |text, cause| text + ": " + cause);
            let why = format!("{}{causes}", why.message);
            table.add_row([&line.to_string(), command.as_deref().unwrap_or("-"), &account, &why]);
        }
        table
    }

    fn summary(&self) -> comfy_table::Table {
        let mut table = table(["", ""]);
        let mut row = |name: &str, number: u64| {
            table.add_row([name, &thousands(number)]);
        };
        row("accepted", self.accepted);
        if self.repeated > 0 {
            row("  of them executed before", self.repeated);
        }
        row("refused", self.refused);
        if self.not_executed > 0 {
            row("not executed", self.not_executed);
        }
        if self.unknown > 0 {
            row("perhaps executed", self.unknown);
        }
        row("events", self.events);
        table.column_mut(1).into_iter().for_each(|numbers| numbers.set_cell_alignment(CellAlignment::Right));
        table
    }
}
