//! `bank suspend`, `reactivate`, `change-email`, `close`: what moves no money.

use std::process::ExitCode;

use bank::domain::{self, AccountId, CloseAccount, ReactivateAccount, SuspendAccount};
use clap::Args;

use super::bank::Bank;
use super::execute::execute;
use super::failure::Failure;
use super::options::Sending;
use super::output::Output;

/// Stop all movements of money
#[derive(Args)]
pub(crate) struct Suspend {
    /// The account
    id: AccountId,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    sending: Sending,
}

impl Suspend {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let command = SuspendAccount { account_id: self.id, reason: self.reason.clone() };
        execute(bank, output, command, self.sending.options()).await
    }
}

/// Let money move again
#[derive(Args)]
pub(crate) struct Reactivate {
    /// The account
    id: AccountId,
    #[command(flatten)]
    sending: Sending,
}

impl Reactivate {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        execute(bank, output, ReactivateAccount { account_id: self.id }, self.sending.options()).await
    }
}

/// Change where the holder is reached
#[derive(Args)]
pub(crate) struct ChangeEmail {
    /// The account
    id: AccountId,
    /// The new address
    email: String,
    #[command(flatten)]
    sending: Sending,
}

impl ChangeEmail {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let command = domain::ChangeEmail { account_id: self.id, email: self.email.clone() };
        execute(bank, output, command, self.sending.options()).await
    }
}

/// End an account that holds nothing and owes nothing
#[derive(Args)]
pub(crate) struct Close {
    /// The account
    id: AccountId,
    #[command(flatten)]
    sending: Sending,
}

impl Close {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        execute(bank, output, CloseAccount { account_id: self.id }, self.sending.options()).await
    }
}
