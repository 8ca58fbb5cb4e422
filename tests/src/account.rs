//! The account of the book's chapters, for the listings that build on it.

use cqrs_runtime::prelude::*;

/// An account's identity.
#[derive(Id)]
pub struct AccountId(Uuid);

/// The account exists.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountOpened {
    /// Whose it is.
    pub owner: String,
}

/// Money came in.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoneyDeposited {
    /// How much.
    pub amount: i64,
}

/// Money went out.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoneyWithdrawn {
    /// How much.
    pub amount: i64,
}

/// Opens an account.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
pub struct OpenAccount {
    /// Whose it is to be.
    pub owner: String,
}

/// Pays money in.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub struct Deposit {
    /// Where to.
    #[command(id)]
    pub account_id: AccountId,
    /// How much.
    pub amount: i64,
}

/// Takes money out.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub struct Withdraw {
    /// Where from.
    #[command(id)]
    pub account_id: AccountId,
    /// How much.
    pub amount: i64,
}

/// A balance and whose it is.
#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = AccountId,
    events(AccountOpened, MoneyDeposited, MoneyWithdrawn),
    commands(create(OpenAccount), Deposit, Withdraw),
    error = AccountError,
)]
pub struct Account {
    /// Whose it is.
    pub owner: String,
    /// What is there.
    pub balance: i64,
}

/// Why an account refuses a command.
#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub enum AccountError {
    /// Zero or less.
    #[error("an amount must be above zero")]
    #[domain(code = "AMOUNT_NOT_POSITIVE", field = "amount")]
    AmountNotPositive,
    /// More than there is.
    #[error("insufficient funds: {available} available")]
    #[domain(code = "INSUFFICIENT_FUNDS", field = "amount")]
    InsufficientFunds {
        /// What there is.
        available: i64,
    },
}

impl Create<OpenAccount> for Account {
    fn create(cmd: OpenAccount, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        Ok(AccountOpened { owner: cmd.owner }.into())
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, cmd: Deposit, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        ensure_positive(cmd.amount)?;
        Ok(MoneyDeposited { amount: cmd.amount }.into())
    }
}

impl Handle<Withdraw> for Account {
    fn handle(&self, cmd: Withdraw, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        ensure_positive(cmd.amount)?;
        if cmd.amount > self.balance {
            return Err(AccountError::InsufficientFunds { available: self.balance });
        }
        Ok(MoneyWithdrawn { amount: cmd.amount }.into())
    }
}

fn ensure_positive(amount: i64) -> Result<(), AccountError> {
    if amount > 0 { Ok(()) } else { Err(AccountError::AmountNotPositive) }
}

impl Init<AccountOpened> for Account {
    fn init(event: &AccountOpened) -> Self {
        Self { owner: event.owner.clone(), balance: 0 }
    }
}

impl Apply<MoneyDeposited> for Account {
    fn apply(&mut self, event: &MoneyDeposited) {
        self.balance += event.amount;
    }
}

impl Apply<MoneyWithdrawn> for Account {
    fn apply(&mut self, event: &MoneyWithdrawn) {
        self.balance -= event.amount;
    }
}
