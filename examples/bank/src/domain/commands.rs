//! What customers and the bank can ask for.

use cqrs_runtime::prelude::*;

use super::{AccountId, Money, Rate};

/// Opens an account in the currency of its first deposit.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct OpenAccount {
    /// The account that is to be.
    #[command(id)]
    pub account_id: AccountId,
    /// Who will hold it.
    pub owner: String,
    /// Where the holder is reached.
    pub email: String,
    /// What it holds at first.
    pub deposit: Money,
}

/// Puts money into an account.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct Deposit {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// What the statement says.
    #[serde(default)]
    pub description: Option<String>,
}

/// Takes money out of an account.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller", "customer"))]
pub struct Withdraw {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// What the statement says.
    #[serde(default)]
    pub description: Option<String>,
}

/// Credits interest on the balance.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct ApplyInterest {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
    /// The part of the balance that is credited.
    pub rate: Rate,
}

/// Charges a fee.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct ChargeFee {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// What for.
    pub reason: String,
}

/// Stops all movements of money.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct SuspendAccount {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
    /// Why.
    pub reason: String,
}

/// Lets money move again.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct ReactivateAccount {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
}

/// Changes where the holder is reached.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller", "customer"))]
pub struct ChangeEmail {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
    /// The new address.
    pub email: String,
}

/// Ends an account that holds nothing and owes nothing.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller"))]
pub struct CloseAccount {
    /// The account.
    #[command(id)]
    pub account_id: AccountId,
}
