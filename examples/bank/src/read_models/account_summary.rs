//! Each account as it is now.

use cqrs_runtime::prelude::*;

use crate::domain::{
    Account, AccountClosed, AccountId, AccountOpened, AccountReactivated, AccountSuspended, Currency, Email,
    EmailChanged, FeeCharged, InterestApplied, Money, MoneyDeposited, MoneyError, MoneyWithdrawn, Status,
};

/// An account as it is now.
#[derive(ReadModel, Clone, Debug, PartialEq, Serialize)]
#[read_model(
    table = "account_summary",
    events(Account(
        AccountOpened,
        MoneyDeposited,
        MoneyWithdrawn,
        InterestApplied,
        FeeCharged,
        AccountSuspended,
        AccountReactivated,
        EmailChanged,
        AccountClosed,
    )),
    roles("teller", "customer" if owner = principal.id),
)]
pub struct AccountSummary {
    /// Its number.
    #[read_model(key)]
    pub account_id: AccountId,
    /// Who holds it.
    #[read_model(filter, order)]
    pub owner: String,
    /// Where the holder is reached.
    pub email: Email,
    /// What it holds.
    #[read_model(filter, order)]
    pub balance: Money,
    /// The currency of all its money.
    #[read_model(filter)]
    pub currency: Currency,
    /// What can be done with it.
    #[read_model(filter)]
    pub status: Status,
    /// How often money has moved.
    pub transactions: i64,
    /// When it was opened.
    #[read_model(filter, order)]
    pub opened_at: DateTime<Utc>,
    /// When money last moved.
    pub last_transaction_at: Option<DateTime<Utc>>,
}

impl AccountSummary {
    fn moved(&mut self, balance: Result<Money, MoneyError>, at: DateTime<Utc>) -> Result<(), MoneyError> {
        self.balance = balance?;
        self.transactions += 1;
        self.last_transaction_at = Some(at);
        Ok(())
    }
}

impl Project<AccountOpened> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let account_id = row.id()?;
        row.insert(|| Self {
            account_id,
            owner: event.owner.clone(),
            email: event.email.clone(),
            balance: Money::zero(event.currency),
            currency: event.currency,
            status: Status::Active,
            transactions: 0,
            opened_at: event.metadata.recorded_at,
            last_transaction_at: None,
        })
    }
}

impl Project<MoneyDeposited> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyDeposited>) -> Result<(), ProjectionError> {
        row.try_update(|account| account.moved(account.balance.checked_add(event.amount), event.metadata.recorded_at))
    }
}

impl Project<MoneyWithdrawn> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyWithdrawn>) -> Result<(), ProjectionError> {
        row.try_update(|account| account.moved(account.balance.checked_sub(event.amount), event.metadata.recorded_at))
    }
}

impl Project<InterestApplied> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<InterestApplied>) -> Result<(), ProjectionError> {
        row.try_update(|account| account.moved(account.balance.checked_add(event.amount), event.metadata.recorded_at))
    }
}

impl Project<FeeCharged> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<FeeCharged>) -> Result<(), ProjectionError> {
        row.try_update(|account| account.moved(account.balance.checked_sub(event.amount), event.metadata.recorded_at))
    }
}

impl Project<AccountSuspended> for AccountSummary {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountSuspended>) -> Result<(), ProjectionError> {
        row.update(|account| account.status = Status::Suspended)
    }
}

impl Project<AccountReactivated> for AccountSummary {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountReactivated>) -> Result<(), ProjectionError> {
        row.update(|account| account.status = Status::Active)
    }
}

impl Project<EmailChanged> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<EmailChanged>) -> Result<(), ProjectionError> {
        row.update(|account| account.email = event.email.clone())
    }
}

impl Project<AccountClosed> for AccountSummary {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountClosed>) -> Result<(), ProjectionError> {
        row.update(|account| account.status = Status::Closed)
    }
}
