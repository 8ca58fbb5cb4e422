//! `bank status`

use std::process::ExitCode;

use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::EventQuery;
use futures_util::TryStreamExt;

use super::bank::Bank;
use super::failure::Failure;
use super::output::{Output, table, thousands};

/// Say what is in the database, and what can be done next
#[derive(Args)]
pub(crate) struct Status {}

#[derive(Serialize)]
struct View<'b> {
    database: &'b str,
    log: Uuid,
    position: u64,
    last_event: Option<DateTime<Utc>>,
}

impl Status {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let head = bank.store().head().await?;
        let view = View {
            database: &bank.address,
            log: head.log,
            position: head.position,
            last_event: last_event(bank).await?,
        };
        output.answer(&view, || view.prose())?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn last_event(bank: &Bank) -> Result<Option<DateTime<Utc>>, Failure> {
    let last = bank.store().read(EventQuery::log().backwards().limit(1)).try_next().await?;
    Ok(last.map(|event| event.recorded_at))
}

impl View<'_> {
    fn prose(&self) -> String {
        let mut table = table(["database", self.database]);
        let events = match self.position {
            0 => String::from("none yet"),
            position => format!("up to position {}", thousands(position)),
        };
        table.add_row(["events", &events]);
        if let Some(last_event) = self.last_event {
            table.add_row(["last event", &last_event.format("%F %T%.3f").to_string()]);
        }
        let next = if self.position == 0 { FIRST } else { AFTER_THAT };
        let bank = if std::env::var_os("CARGO").is_some() { "cargo run -p bank --" } else { "bank" };
        let lines = next.iter().chain(ALWAYS).map(|(command, what)| format!("  {bank} {command:<66} {what}\n"));
        format!("{table}\n\nWhat to do next:\n{}", lines.collect::<String>())
    }
}

const FIRST: &[(&str, &str)] = &[
    ("open --owner 'Ada Lovelace' --email ada@example.org --deposit 100", "an account"),
    ("generate --output commands.jsonl", "a file of 10,000 commands"),
    ("import commands.jsonl", "executes them"),
];

const AFTER_THAT: &[(&str, &str)] = &[
    ("accounts", "the newest accounts"),
    ("history ID", "all that has happened to one"),
    ("state ID --as-of 2", "what it was after its second event"),
    ("deposit ID 12.50", "changes it"),
];

const ALWAYS: &[(&str, &str)] = &[("--help", "all there is")];
