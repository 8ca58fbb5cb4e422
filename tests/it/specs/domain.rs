//! An account with an event that loses something when it is stored.

use std::time::Duration;

use cqrs_runtime::prelude::*;

#[derive(Id)]
pub(super) struct AccountId(Uuid);

pub(super) fn id() -> AccountId {
    Uuid::from_u128(7).into()
}

/// Stores whole seconds, and loses the rest; what it stores it reads only up to an hour.
pub(super) struct Whole;

#[derive(Debug, thiserror::Error)]
#[error("an hour at most")]
pub(super) struct TooLong;

impl Adapter<Duration> for Whole {
    type Stored = u64;
    type Error = TooLong;

    fn store(value: &Duration) -> u64 {
        value.as_secs()
    }

    fn restore(stored: u64) -> Result<Duration, Self::Error> {
        if stored > 3_600 { Err(TooLong) } else { Ok(Duration::from_secs(stored)) }
    }
}

#[derive(Value)]
#[value(with = Whole)]
pub(super) struct Seconds(Duration);

impl Seconds {
    pub(super) fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Opened {
    pub owner: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Deposited {
    pub amount: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Withdrawn {
    pub amount: i64,
}

/// JSON has no word for a weight that is not a number.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Noted {
    pub after: Seconds,
    pub weight: f64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Open {
    #[command(id)]
    pub account: AccountId,
    pub owner: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Deposit {
    #[command(id)]
    pub account: AccountId,
    pub amount: i64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Withdraw {
    #[command(id)]
    pub account: AccountId,
    pub amount: i64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Note {
    #[command(id)]
    pub account: AccountId,
    pub after: Seconds,
    pub weight: f64,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub(super) enum AccountError {
    #[error("insufficient funds: {available} available")]
    #[domain(code = "INSUFFICIENT_FUNDS", field = "amount")]
    Short { available: i64 },
}

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = AccountId,
    events(Opened, Deposited, Withdrawn, Noted),
    commands(create(Open), Deposit, Withdraw, Note),
    error = AccountError,
)]
pub(super) struct Account {
    balance: i64,
}

impl Create<Open> for Account {
    fn create(command: Open, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        let claim = Claim::new("owner", command.owner.clone());
        Ok(Events::from(Opened { owner: command.owner }).claim(claim))
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, command: Deposit, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        Ok(Deposited { amount: command.amount }.into())
    }
}

impl Handle<Withdraw> for Account {
    fn handle(&self, command: Withdraw, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        if command.amount > self.balance {
            return Err(AccountError::Short { available: self.balance });
        }
        Ok(Withdrawn { amount: command.amount }.into())
    }
}

impl Handle<Note> for Account {
    fn handle(&self, command: Note, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        Ok(Noted { after: command.after, weight: command.weight }.into())
    }
}

impl Init<Opened> for Account {
    fn init(_: &Opened) -> Self {
        Self { balance: 0 }
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

impl Apply<Noted> for Account {
    fn apply(&mut self, _: &Noted) {}
}
