//! Amounts as they are typed: decimals, in the account's currency unless another one is named.

use bank::domain::{AccountId, Currency, Money};
use clap::Args;
use cqrs_runtime::store::Until;

use super::bank::Bank;
use super::failure::Failure;

#[derive(Args)]
pub(crate) struct Amount {
    /// How much, such as 12.50
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// The amount's currency, instead of the account's
    #[arg(long)]
    currency: Option<Currency>,
}

impl Amount {
    pub(crate) async fn money(&self, bank: &Bank, id: &AccountId) -> Result<Money, Failure> {
        let currency = match self.currency {
            Some(currency) => currency,
            None => bank.find(id, Until::Head).await?.account.balance.currency(),
        };
        Ok(Money::parse(&self.amount, currency)?)
    }
}
