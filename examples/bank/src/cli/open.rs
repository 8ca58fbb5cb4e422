//! `bank open`

use std::process::ExitCode;

use bank::domain::{AccountId, Currency, Money, OpenAccount};
use clap::Args;
use cqrs_runtime::prelude::*;
use sha2::{Digest, Sha256};

use super::bank::Bank;
use super::execute::execute;
use super::failure::Failure;
use super::options::Caller;
use super::output::Output;

/// Open an account
#[derive(Args)]
pub(crate) struct Open {
    /// Who holds it
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Where the holder is reached
    #[arg(long)]
    email: String,
    /// What it holds at first, such as 100.00
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    deposit: String,
    /// The currency of all its money
    #[arg(long, default_value_t = Currency::Usd)]
    currency: Currency,
    /// Its id, instead of a new one
    #[arg(long, value_name = "UUID")]
    id: Option<AccountId>,
    #[command(flatten)]
    caller: Caller,
}

impl Open {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let command = OpenAccount {
            account_id: self.account_id(),
            owner: self.owner.clone(),
            email: self.email.clone(),
            deposit: Money::parse(&self.deposit, self.currency)?,
        };
        execute(bank, output, command, self.caller.options()).await
    }

    /// A repetition names the same account: its id follows from the key.
    fn account_id(&self) -> AccountId {
        match (&self.id, &self.caller.idempotency_key) {
            (Some(id), _) => *id,
            (None, Some(key)) => id_of_key(self.caller.principal.as_deref().unwrap_or_default(), key),
            (None, None) => Uuid::now_v7().into(),
        }
    }
}

fn id_of_key(principal: &str, key: &str) -> AccountId {
    let hash = Sha256::new().chain_update(principal).chain_update([0]).chain_update(key).finalize();
    let hash: [u8; 32] = hash.into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    let version_8 = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | (8 << 76) | (2 << 62);
    Uuid::from_u128(version_8).into()
}
