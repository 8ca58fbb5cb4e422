//! `bank history`

use std::process::ExitCode;

use bank::domain::AccountId;
use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::Until;
use futures_util::TryStreamExt;

use super::bank::Bank;
use super::events::{self, EventView};
use super::failure::Failure;
use super::output::Output;

/// Show all that has happened to an account: the audit trail
#[derive(Args)]
pub(crate) struct History {
    /// The account
    id: AccountId,
    /// Show the ids by which events can be followed instead of what they say
    #[arg(long)]
    trace: bool,
}

#[derive(Serialize)]
struct Trail {
    account_id: AccountId,
    version: u64,
    events: Vec<EventView>,
}

impl History {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let recorded: Vec<_> = bank.accounts().events(&self.id).try_collect().await?;
        let version = match recorded.last() {
            Some(last) => last.version,
            None => bank.find(&self.id, Until::Head).await?.loaded.version,
        };
        let events = recorded.into_iter().map(EventView::of).collect::<Result<_, _>>()?;
        let trail = Trail { account_id: self.id, version, events };
        output.answer(&trail, || {
            let table = if self.trace { events::trace(&trail.events) } else { events::audit(&trail.events) };
            format!("{table}\n")
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
