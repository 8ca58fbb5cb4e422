//! `bank deposit`, `withdraw`, `interest`, `fee`: what moves money.

use std::process::ExitCode;

use bank::domain::{self, AccountId, ApplyInterest, ChargeFee, Rate};
use clap::Args;

use super::amount::Amount;
use super::bank::Bank;
use super::execute::execute;
use super::failure::Failure;
use super::options::Sending;
use super::output::Output;

/// Put money into an account
#[derive(Args)]
pub(crate) struct Deposit {
    /// The account
    id: AccountId,
    #[command(flatten)]
    amount: Amount,
    /// What the statement says
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    sending: Sending,
}

impl Deposit {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let amount = self.amount.money(bank, &self.id).await?;
        let command = domain::Deposit { account_id: self.id, amount, description: self.description.clone() };
        execute(bank, output, command, self.sending.options()).await
    }
}

/// Take money out of an account
#[derive(Args)]
pub(crate) struct Withdraw {
    /// The account
    id: AccountId,
    #[command(flatten)]
    amount: Amount,
    /// What the statement says
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    sending: Sending,
}

impl Withdraw {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let amount = self.amount.money(bank, &self.id).await?;
        let command = domain::Withdraw { account_id: self.id, amount, description: self.description.clone() };
        execute(bank, output, command, self.sending.options()).await
    }
}

/// Credit interest on the balance
#[derive(Args)]
pub(crate) struct Interest {
    /// The account
    id: AccountId,
    /// The percentage of the balance, such as 1.25
    rate: Rate,
    #[command(flatten)]
    sending: Sending,
}

impl Interest {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let command = ApplyInterest { account_id: self.id, rate: self.rate };
        execute(bank, output, command, self.sending.options()).await
    }
}

/// Charge a fee
#[derive(Args)]
pub(crate) struct Fee {
    /// The account
    id: AccountId,
    #[command(flatten)]
    amount: Amount,
    /// What for
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    sending: Sending,
}

impl Fee {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let amount = self.amount.money(bank, &self.id).await?;
        let command = ChargeFee { account_id: self.id, amount, reason: self.reason.clone() };
        execute(bank, output, command, self.sending.options()).await
    }
}
