//! A small domain with a command of each kind.

use std::time::Duration;

use cqrs_runtime::prelude::*;

#[derive(Id)]
pub(crate) struct AccountId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub owner: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deposited {
    pub amount: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Withdrawn {
    pub amount: i64,
}

/// The client chooses the id.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Open {
    #[command(id)]
    pub account: AccountId,
    pub owner: String,
}

/// The server makes the id.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
pub(crate) struct OpenNew {
    pub owner: String,
}

/// An amount of 0 is a no-op.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deposit {
    #[command(id)]
    pub account: AccountId,
    pub amount: i64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Withdraw {
    #[command(id)]
    pub account: AccountId,
    pub amount: i64,
}

/// How risky a lender finds an account, in percent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Risk(pub u8);

/// Deposits what a lender gives, if the lender finds no risk.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(enrich = Risk, enrich_timeout = "2s")]
pub(crate) struct Borrow {
    #[command(id)]
    pub account: AccountId,
    pub amount: i64,
}

impl Borrow {
    pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub(crate) enum AccountError {
    #[error("insufficient funds: {available} available")]
    #[domain(code = "INSUFFICIENT_FUNDS", field = "amount")]
    InsufficientFunds { available: i64 },
    #[error("the risk of {percent} % is too high")]
    TooRisky { percent: u8 },
    #[error("a deposit of at most {most} at a time")]
    TooMuch { most: i64 },
}

/// What an application configures.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub deposit: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deposit: 1_000 }
    }
}

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = AccountId,
    events(Opened, Deposited, Withdrawn),
    commands(create(Open, OpenNew), Deposit, Withdraw, Borrow),
    error = AccountError,
    config = Limits,
    snapshot(every = 10, version = 1),
)]
pub(crate) struct Account {
    pub owner: String,
    pub balance: i64,
}

impl Create<Open> for Account {
    fn create(command: Open, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        Ok(Opened { owner: command.owner }.into())
    }
}

impl Create<OpenNew> for Account {
    fn create(command: OpenNew, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        Ok(events![Opened { owner: command.owner }, Deposited { amount: 1 }])
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, command: Deposit, cx: &Context<Self>) -> Result<Events<Self>, AccountError> {
        let most = cx.config().deposit;
        match command.amount {
            0 => Ok(Events::none()),
            amount if amount > most => Err(AccountError::TooMuch { most }),
            amount => Ok(Deposited { amount }.into()),
        }
    }
}

impl Handle<Withdraw> for Account {
    fn handle(&self, command: Withdraw, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        if command.amount > self.balance {
            return Err(AccountError::InsufficientFunds { available: self.balance });
        }
        Ok(Withdrawn { amount: command.amount }.into())
    }
}

impl Handle<Borrow> for Account {
    fn handle(&self, command: Borrow, cx: &Context<Self, Risk>) -> Result<Events<Self>, AccountError> {
        match cx.enrichment() {
            Risk(percent) if *percent > 50 => Err(AccountError::TooRisky { percent: *percent }),
            _ => Ok(Deposited { amount: command.amount }.into()),
        }
    }
}

impl Init<Opened> for Account {
    fn init(event: &Opened) -> Self {
        Self { owner: event.owner.clone(), balance: 0 }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: &Withdrawn) {
        self.balance -= event.amount;
    }
}
