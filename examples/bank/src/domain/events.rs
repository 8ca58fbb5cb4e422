//! What has happened to an account.

use cqrs_runtime::prelude::*;

use super::old_events::MoneyDepositedV2;
use super::{Currency, Email, Money, Rate, SuspensionReason};

/// An account was opened, with nothing in it yet; until version 2, all were in US dollars.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, public)]
pub struct AccountOpened {
    /// Who holds it.
    pub owner: String,
    /// Where the holder is reached.
    pub email: Email,
    /// The currency of all its money.
    #[event(since = 2, default = Currency::Usd)]
    pub currency: Currency,
}

/// Money came in.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3, previous = MoneyDepositedV2, public)]
pub struct MoneyDeposited {
    /// How much.
    pub amount: Money,
    /// What the statement says.
    pub description: Option<String>,
}

/// Money went out.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct MoneyWithdrawn {
    /// How much.
    pub amount: Money,
    /// What the statement says.
    pub description: Option<String>,
    /// When; the daily limit counts by it.
    pub at: DateTime<Utc>,
    /// Whether it was a large one by the limits of the time.
    pub large: bool,
}

/// The balance went below zero.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct OverdraftOccurred {
    /// The balance below zero.
    pub balance: Money,
}

/// Interest was credited.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct InterestApplied {
    /// How much.
    pub amount: Money,
    /// The part of the balance that it was.
    pub rate: Rate,
}

/// A fee was charged.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct FeeCharged {
    /// How much.
    pub amount: Money,
    /// What for.
    pub reason: String,
}

/// Money can't move for the time being.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct AccountSuspended {
    /// Why.
    pub reason: SuspensionReason,
}

/// Money can move again.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct AccountReactivated {}

/// The holder is reached at another address.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, public)]
pub struct EmailChanged {
    /// The new address.
    #[event(was = "mail", until = 2)]
    pub email: Email,
    /// Who changed it; not recorded before version 2.
    #[event(since = 2, default = "unknown")]
    pub changed_by: String,
}

/// The account is no more.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct AccountClosed {}
