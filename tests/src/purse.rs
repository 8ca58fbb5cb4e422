//! An account that many withdraw from at once.

use cqrs_runtime::prelude::*;

/// A purse's identity.
#[derive(Id)]
pub struct PurseId(Uuid);

/// There is money in the purse, and more may be taken than there is.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// What is in it.
    pub balance: i64,
    /// How far below zero it may go.
    pub overdraft: i64,
}

/// Somebody took money.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// How much.
    pub amount: i64,
}

/// Puts a purse there.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub struct Fill {
    /// Which.
    #[command(id)]
    pub purse: PurseId,
    /// What is in it.
    pub balance: i64,
    /// How far below zero it may go.
    pub overdraft: i64,
}

/// Takes money.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub struct Take {
    /// From where.
    #[command(id)]
    pub purse: PurseId,
    /// How much.
    pub amount: i64,
}

/// What is in the purse.
#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = PurseId,
    events(Filled, Taken),
    commands(create(Fill), Take),
    error = PurseError,
    snapshot(every = 100, version = 1),
)]
pub struct Purse {
    /// What is left; below zero by the overdraft at most.
    pub balance: i64,
    overdraft: i64,
}

/// Why money can't be taken.
#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub enum PurseError {
    /// There is not so much.
    #[error("only {available} can be taken")]
    NotEnough {
        /// What can be taken.
        available: i64,
    },
}

impl Create<Fill> for Purse {
    fn create(command: Fill, _: &Context<Self>) -> Result<Events<Self>, PurseError> {
        Ok(Filled { balance: command.balance, overdraft: command.overdraft }.into())
    }
}

impl Handle<Take> for Purse {
    fn handle(&self, command: Take, _: &Context<Self>) -> Result<Events<Self>, PurseError> {
        let available = self.balance + self.overdraft;
        if command.amount > available {
            return Err(PurseError::NotEnough { available });
        }
        Ok(Taken { amount: command.amount }.into())
    }
}

impl Init<Filled> for Purse {
    fn init(event: &Filled) -> Self {
        Self { balance: event.balance, overdraft: event.overdraft }
    }
}

impl Apply<Taken> for Purse {
    fn apply(&mut self, event: &Taken) {
        self.balance -= event.amount;
    }
}
