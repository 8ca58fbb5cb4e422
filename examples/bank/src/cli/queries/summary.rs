//! `bank summary`

use std::process::ExitCode;

use bank::domain::AccountId;
use bank::read_models::AccountSummary;
use clap::Args;

use super::fresh::fresh;
use super::moment;
use crate::cli::bank::Bank;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};

/// Show what is known of an account at a glance
#[derive(Args)]
pub(crate) struct Summary {
    /// The account
    id: AccountId,
}

impl Summary {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let found = fresh(bank).await?.find::<AccountSummary>(&self.id).await?;
        let summary = found.ok_or(Failure::NoAccount { id: self.id })?;
        output.answer(&summary, || prose(&summary))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn prose(summary: &AccountSummary) -> String {
    let mut table = table(["account", &summary.account_id.to_string()]);
    table.add_row(["holder", &summary.owner]);
    table.add_row(["e-mail", &summary.email.to_string()]);
    table.add_row(["status", &summary.status.to_string()]);
    table.add_row(["balance", &summary.balance.to_string()]);
    table.add_row(["transactions", &summary.transactions.to_string()]);
    table.add_row(["opened", &moment(summary.opened_at)]);
    table.add_row(["last transaction", &summary.last_transaction_at.map(moment).unwrap_or_default()]);
    format!("{table}\n")
}
