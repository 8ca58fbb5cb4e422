//! `bank totals`

use std::process::ExitCode;

use bank::domain::Currency;
use bank::read_models::DailyTotal;
use clap::Args;
use comfy_table::CellAlignment;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::Rows;

use super::fresh::fresh;
use super::{ROWS, shown};
use crate::cli::bank::Bank;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};

/// Show what has moved each day: the report to the supervisor
#[derive(Args)]
pub(crate) struct Totals {
    /// Only from this day on, such as 2026-03-01
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// Only up to this day, inclusive
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// Only in this currency
    #[arg(long)]
    currency: Option<Currency>,
    /// At most so many
    #[arg(long, default_value_t = ROWS, value_name = "NUMBER")]
    limit: u64,
    /// Without so many at the beginning
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    offset: u64,
}

impl Totals {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let mut query = fresh(bank).await?.query::<DailyTotal>();
        if let Some(from) = self.from {
            query = query.filter(DailyTotal::DAY.gte(from));
        }
        if let Some(to) = self.to {
            query = query.filter(DailyTotal::DAY.lte(to));
        }
        if let Some(currency) = self.currency {
            query = query.filter(DailyTotal::CURRENCY.eq(currency));
        }
        let query = query.order_by(DailyTotal::DAY.asc()).limit(self.limit).offset(self.offset).counted();
        let found = query.fetch().await?;
        output.answer(&found.rows, || prose(&found))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn prose(found: &Rows<DailyTotal>) -> String {
    if found.rows.is_empty() {
        return String::from("Nothing has happened in that time.\n");
    }
    let mut table = table(["day", "opened", "movements", "deposits", "withdrawals", "interest", "fees"]);
    for row in &found.rows {
        table.add_row([
            row.day.to_string(),
            row.accounts_opened.to_string(),
            row.movements.to_string(),
            row.deposits.to_string(),
            row.withdrawals.to_string(),
            row.interest.to_string(),
            row.fees.to_string(),
        ]);
    }
    for column in 1..7 {
        table.column_mut(column).into_iter().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    }
    format!("{table}\n{}", shown(found.rows.len(), found.count))
}
