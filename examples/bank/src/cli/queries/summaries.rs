//! `bank summaries`

use std::process::ExitCode;

use bank::domain::{Currency, Status};
use bank::read_models::AccountSummary;
use clap::{Args, ValueEnum};
use comfy_table::CellAlignment;
use cqrs_runtime::projection::Rows;

use super::fresh::fresh;
use super::{ROWS, amount, moment, shown};
use crate::cli::bank::Bank;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};

/// List accounts by holder, balance or status, as the read model has them: `accounts` asks the log
#[derive(Args)]
pub(crate) struct Summaries {
    /// Only holders whose name contains this
    #[arg(long, value_name = "TEXT")]
    owner: Option<String>,
    /// Only in this currency
    #[arg(long)]
    currency: Option<Currency>,
    /// Only with at least so much
    #[arg(long, value_name = "AMOUNT", requires = "currency", allow_negative_numbers = true)]
    min: Option<String>,
    /// Only with at most so much
    #[arg(long, value_name = "AMOUNT", requires = "currency", allow_negative_numbers = true)]
    max: Option<String>,
    /// Only of this status
    #[arg(long)]
    status: Option<Standing>,
    /// Ordered by this
    #[arg(long, value_name = "FIELD", default_value = "opened")]
    order: Order,
    /// The greatest first
    #[arg(long)]
    descending: bool,
    /// At most so many
    #[arg(long, default_value_t = ROWS, value_name = "NUMBER")]
    limit: u64,
    /// Without so many at the beginning
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    offset: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Standing {
    Active,
    Suspended,
    Closed,
}

impl From<Standing> for Status {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Active => Self::Active,
            Standing::Suspended => Self::Suspended,
            Standing::Closed => Self::Closed,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    Owner,
    Balance,
    Opened,
}

impl Summaries {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let mut query = fresh(bank).await?.query::<AccountSummary>().limit(self.limit).offset(self.offset).counted();
        if let Some(owner) = &self.owner {
            query = query.filter(AccountSummary::OWNER.contains_ignoring_case(owner));
        }
        if let Some(currency) = self.currency {
            query = query.filter(AccountSummary::CURRENCY.eq(currency));
            if let Some(min) = amount(self.min.as_ref(), currency)? {
                query = query.filter(AccountSummary::BALANCE.gte(min));
            }
            if let Some(max) = amount(self.max.as_ref(), currency)? {
                query = query.filter(AccountSummary::BALANCE.lte(max));
            }
        }
        if let Some(status) = self.status {
            query = query.filter(AccountSummary::STATUS.eq(status.into()));
        }
        query = query.order_by(match (self.order, self.descending) {
            (Order::Owner, false) => AccountSummary::OWNER.asc(),
            (Order::Owner, true) => AccountSummary::OWNER.desc(),
            (Order::Balance, false) => AccountSummary::BALANCE.asc(),
            (Order::Balance, true) => AccountSummary::BALANCE.desc(),
            (Order::Opened, false) => AccountSummary::OPENED_AT.asc(),
            (Order::Opened, true) => AccountSummary::OPENED_AT.desc(),
        });
        let found = query.fetch().await?;
        output.answer(&found.rows, || prose(&found))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn prose(found: &Rows<AccountSummary>) -> String {
    if found.rows.is_empty() {
        return String::from("There are no such accounts.\n");
    }
    let mut table = table(["account", "holder", "status", "balance", "transactions", "last transaction"]);
    for row in &found.rows {
        table.add_row([
            row.account_id.to_string(),
            row.owner.clone(),
            row.status.to_string(),
            row.balance.to_string(),
            row.transactions.to_string(),
            row.last_transaction_at.map(moment).unwrap_or_default(),
        ]);
    }
    for column in [3, 4] {
        table.column_mut(column).into_iter().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    }
    format!("{table}\n{}", shown(found.rows.len(), found.count))
}
