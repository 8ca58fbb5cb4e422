//! `bank state`

use std::process::ExitCode;
use std::str::FromStr;

use bank::domain::{Account, AccountId, Money};
use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::Until;

use super::bank::{Bank, Found};
use super::failure::Failure;
use super::output::{Output, table};

/// Show an account as it is, or as it was
#[derive(Args)]
pub(crate) struct State {
    /// The account
    id: AccountId,
    /// After this version, or at this time: 3, 2026-03-01T10:00:00Z
    #[arg(long, value_name = "VERSION|TIME")]
    as_of: Option<AsOf>,
}

#[derive(Clone, Copy)]
enum AsOf {
    Version(u64),
    Time(DateTime<Utc>),
}

impl FromStr for AsOf {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(version) = text.parse() {
            return Ok(Self::Version(version));
        }
        let time = DateTime::parse_from_rfc3339(text);
        let time = time.map_err(|_| "neither a version such as 3 nor a time such as 2026-03-01T10:00:00Z")?;
        Ok(Self::Time(time.to_utc()))
    }
}

#[derive(Serialize)]
struct StateView {
    account_id: AccountId,
    version: u64,
    position: u64,
    recorded_at: Option<DateTime<Utc>>,
    available: Money,
    state: Account,
}

impl State {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let Found { account, loaded } = bank.find(&self.id, self.until()).await?;
        if let Some(AsOf::Version(wanted)) = self.as_of
            && wanted > loaded.version
        {
            return Err(Failure::NotSoFar { id: self.id, version: loaded.version });
        }
        let view = StateView {
            account_id: self.id,
            version: loaded.version,
            position: loaded.position,
            recorded_at: loaded.recorded_at,
            available: account.available(&bank.limits),
            state: account,
        };
        output.answer(&view, || view.prose())?;
        Ok(ExitCode::SUCCESS)
    }

    fn until(&self) -> Until {
        match self.as_of {
            None => Until::Head,
            Some(AsOf::Version(version)) => Until::Version(version),
            Some(AsOf::Time(time)) => Until::Time(time),
        }
    }
}

impl StateView {
    fn prose(&self) -> String {
        let Account { owner, email, balance, status, fraud_suspected, withdrawn, .. } = &self.state;
        let mut table = table(["account", &self.account_id.to_string()]);
        let mut row = |name: &str, value: String| {
            table.add_row([name, &value]);
        };
        row("holder", owner.clone());
        row("e-mail", email.to_string());
        row("status", format!("{status}{}", if *fraud_suspected { ", fraud suspected" } else { "" }));
        row("balance", balance.to_string());
        row("available", self.available.to_string());
        if let Some(withdrawn) = withdrawn {
            row("withdrawn", format!("{} on {}", withdrawn.total, withdrawn.day));
        }
        row("version", self.version.to_string());
        if let Some(recorded_at) = self.recorded_at {
            row("last event", recorded_at.format("%F %T%.3f").to_string());
        }
        format!("{table}\n")
    }
}
