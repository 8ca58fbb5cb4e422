//! Sending a command, and the answer to it.

use std::process::ExitCode;

use bank::domain::{Account, AccountId};
use cqrs_runtime::dispatch::{CommandOptions, Executed};
use cqrs_runtime::prelude::*;

use super::bank::Bank;
use super::events::{self, EventView};
use super::failure::Failure;
use super::output::Output;

/// The answer to an accepted command.
#[derive(Serialize)]
struct Answer {
    account_id: AccountId,
    version: u64,
    position: Option<u64>,
    repeated: bool,
    events: Vec<EventView>,
}

/// Executes a command and tells what has come of it.
pub(crate) async fn execute<C>(
    bank: &Bank,
    output: &Output,
    command: C,
    options: CommandOptions,
) -> Result<ExitCode, Failure>
where
    Account: Decide<C>,
    C: Command<Id = AccountId>,
{
    let Executed { id, version, position, events, repeated } = bank.dispatcher.dispatch_with(command, options).await?;
    let events = events.into_iter().map(EventView::of).collect::<Result<_, _>>()?;
    let answer = Answer { account_id: id, version, position, repeated, events };
    output.answer(&answer, || answer.prose())?;
    Ok(ExitCode::SUCCESS)
}

impl Answer {
    fn prose(&self) -> String {
        let Self { account_id, version, repeated, events, .. } = self;
        let before = if *repeated { "This command was answered before: " } else { "" };
        if events.is_empty() {
            return format!("{before}Nothing had to happen; account {account_id} is at version {version}.\n");
        }
        format!("{before}Account {account_id} is at version {version}.\n{}\n", events::short(events))
    }
}
