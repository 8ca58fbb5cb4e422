//! What has moved on each account, and what it held then.

use std::fmt;

use cqrs_runtime::prelude::*;

use super::AccountSummary;
use crate::domain::{
    Account, AccountId, AccountOpened, FeeCharged, InterestApplied, Money, MoneyDeposited, MoneyError, MoneyWithdrawn,
};

/// A movement on an account.
#[derive(ReadModel, Clone, Debug, PartialEq, Serialize)]
#[read_model(
    table = "account_statement",
    events(Account(AccountOpened, MoneyDeposited, MoneyWithdrawn, InterestApplied, FeeCharged)),
    lookups(RunningBalance),
    roles("teller", "customer" if owner = principal.id),
)]
pub struct AccountStatement {
    /// The account.
    #[read_model(key, filter, references = AccountSummary)]
    pub account_id: AccountId,
    /// The version of the account's event: movements of one account are ordered by it.
    #[read_model(key, order)]
    pub version: i64,
    /// Who holds the account.
    #[read_model(filter)]
    pub owner: String,
    /// When.
    #[read_model(filter, order)]
    pub at: DateTime<Utc>,
    /// Why.
    pub kind: MovementKind,
    /// What was said of it.
    pub description: Option<String>,
    /// How much; below zero where money went out.
    pub amount: Money,
    /// What the account held then.
    pub balance: Money,
}

/// Why money moved.
#[derive(Value, Copy, Eq)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Somebody put it in.
    Deposit,
    /// Somebody took it out.
    Withdrawal,
    /// The bank paid interest.
    Interest,
    /// The bank charged a fee.
    Fee,
}

impl fmt::Display for MovementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Interest => "interest",
            Self::Fee => "fee",
        })
    }
}

/// Whose an account is, and what it holds after the last movement: what the next one starts from.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "account_statement_balance")]
pub struct RunningBalance {
    /// The account.
    #[read_model(key)]
    pub account_id: AccountId,
    /// Who holds it.
    pub owner: String,
    /// What it holds.
    pub balance: Money,
}

/// Enters a movement behind the last one.
fn enter<E>(
    row: &mut Row<AccountStatement>,
    event: &Recorded<E>,
    kind: MovementKind,
    description: Option<&str>,
    amount: Money,
) -> Result<(), ProjectionError> {
    let account_id: AccountId = event.stream_id.parse()?;
    let version = i64::try_from(event.version).map_err(ProjectionError::refused)?;
    let Some(RunningBalance { owner, balance: before, .. }) = row.lookup::<RunningBalance>(account_id).get()? else {
        return Err(ProjectionError::refused("the account has not been opened"));
    };
    let balance = before.checked_add(amount).map_err(ProjectionError::refused)?;
    row.lookup::<RunningBalance>(account_id).update(|running| running.balance = balance)?;
    row.at((account_id, version)).insert(|| AccountStatement {
        account_id,
        version,
        owner,
        at: event.metadata.recorded_at,
        kind,
        description: description.map(str::to_owned),
        amount,
        balance,
    })
}

impl Project<AccountOpened> for AccountStatement {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let account_id: AccountId = event.stream_id.parse()?;
        let (owner, balance) = (event.owner.clone(), Money::zero(event.currency));
        row.lookup::<RunningBalance>(account_id).insert(|| RunningBalance { account_id, owner, balance })
    }
}

impl Project<MoneyDeposited> for AccountStatement {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyDeposited>) -> Result<(), ProjectionError> {
        enter(row, event, MovementKind::Deposit, event.description.as_deref(), event.amount)
    }
}

impl Project<MoneyWithdrawn> for AccountStatement {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyWithdrawn>) -> Result<(), ProjectionError> {
        enter(row, event, MovementKind::Withdrawal, event.description.as_deref(), negated(event.amount)?)
    }
}

impl Project<InterestApplied> for AccountStatement {
    fn project(row: &mut Row<Self>, event: &Recorded<InterestApplied>) -> Result<(), ProjectionError> {
        enter(row, event, MovementKind::Interest, None, event.amount)
    }
}

impl Project<FeeCharged> for AccountStatement {
    fn project(row: &mut Row<Self>, event: &Recorded<FeeCharged>) -> Result<(), ProjectionError> {
        enter(row, event, MovementKind::Fee, Some(&event.reason), negated(event.amount)?)
    }
}

fn negated(amount: Money) -> Result<Money, ProjectionError> {
    let negated: Result<Money, MoneyError> = Money::zero(amount.currency()).checked_sub(amount);
    negated.map_err(ProjectionError::refused)
}
