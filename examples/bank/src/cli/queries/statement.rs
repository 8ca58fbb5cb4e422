//! `bank statement`

use std::process::ExitCode;

use bank::domain::AccountId;
use bank::read_models::{AccountStatement, AccountSummary};
use clap::Args;
use comfy_table::CellAlignment;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::Rows;

use super::fresh::fresh;
use super::{ROWS, moment, shown};
use crate::cli::bank::Bank;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};

/// Show what has moved on an account, and its balance each time
#[derive(Args)]
pub(crate) struct Statement {
    /// The account
    id: AccountId,
    /// Only from this day on, such as 2026-03-01
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// Only up to this day, inclusive
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// At most so many
    #[arg(long, default_value_t = ROWS, value_name = "NUMBER")]
    limit: u64,
    /// Without so many at the beginning
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    offset: u64,
}

impl Statement {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let read_models = fresh(bank).await?;
        let account = read_models.find::<AccountSummary>(&self.id).await?;
        account.ok_or(Failure::NoAccount { id: self.id })?;
        let mut query = read_models.query::<AccountStatement>().filter(AccountStatement::ACCOUNT_ID.eq(self.id));
        if let Some(from) = self.from {
            query = query.filter(AccountStatement::AT.gte(from.and_time(NaiveTime::MIN).and_utc()));
        }
        // After the last year that a time can have, nothing moves.
        let end = NaiveDate::from_ymd_opt(10_000, 1, 1);
        if let Some(next) = self.to.and_then(|to| to.succ_opt()).filter(|next| end.is_none_or(|end| *next < end)) {
            query = query.filter(AccountStatement::AT.lt(next.and_time(NaiveTime::MIN).and_utc()));
        }
        let query = query.order_by(AccountStatement::VERSION.asc()).limit(self.limit).offset(self.offset).counted();
        let found = query.fetch().await?;
        output.answer(&found.rows, || prose(&found))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn prose(found: &Rows<AccountStatement>) -> String {
    if found.rows.is_empty() {
        return String::from("Nothing has moved in that time.\n");
    }
    let mut table = table(["at (UTC)", "movement", "description", "amount", "balance"]);
    for row in &found.rows {
        table.add_row([
            moment(row.at),
            row.kind.to_string(),
            row.description.clone().unwrap_or_default(),
            row.amount.to_string(),
            row.balance.to_string(),
        ]);
    }
    for column in [3, 4] {
        table.column_mut(column).into_iter().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    }
    format!("{table}\n{}", shown(found.rows.len(), found.count))
}
