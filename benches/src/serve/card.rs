//! What is served: the bank's accounts, and a read model of ten plain fields.

use bank::domain::{
    Account, AccountClosed, AccountId, AccountOpened, AccountReactivated, AccountSuspended, Currency, Email,
    EmailChanged, FeeCharged, InterestApplied, MoneyDeposited, MoneyWithdrawn,
};
use cqrs_runtime::prelude::*;

/// The bank, with one read model.
#[derive(BoundedContext)]
#[context(aggregates(Account), read_models(AccountCard))]
pub(super) struct Counter;

/// An account at a glance.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(
    table = "account_card",
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
    roles("teller"),
)]
pub(super) struct AccountCard {
    #[read_model(key)]
    account_id: AccountId,
    owner: String,
    email: Email,
    /// In minor units.
    balance: i64,
    currency: Currency,
    active: bool,
    credits: i64,
    debits: i64,
    opened_at: DateTime<Utc>,
    last_moved_at: Option<DateTime<Utc>>,
}

impl AccountCard {
    fn moved(&mut self, minor: i64, at: DateTime<Utc>) {
        self.balance = self.balance.saturating_add(minor);
        *(if minor < 0 { &mut self.debits } else { &mut self.credits }) += 1;
        self.last_moved_at = Some(at);
    }
}

impl Project<AccountOpened> for AccountCard {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let account_id = row.id()?;
        row.insert(|| Self {
            account_id,
            owner: event.owner.clone(),
            email: event.email.clone(),
            balance: 0,
            currency: event.currency,
            active: true,
            credits: 0,
            debits: 0,
            opened_at: event.metadata.recorded_at,
            last_moved_at: None,
        })
    }
}

impl Project<MoneyDeposited> for AccountCard {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyDeposited>) -> Result<(), ProjectionError> {
        row.update(|card| card.moved(event.amount.minor(), event.metadata.recorded_at))
    }
}

impl Project<MoneyWithdrawn> for AccountCard {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyWithdrawn>) -> Result<(), ProjectionError> {
        row.update(|card| card.moved(-event.amount.minor(), event.metadata.recorded_at))
    }
}

impl Project<InterestApplied> for AccountCard {
    fn project(row: &mut Row<Self>, event: &Recorded<InterestApplied>) -> Result<(), ProjectionError> {
        row.update(|card| card.moved(event.amount.minor(), event.metadata.recorded_at))
    }
}

impl Project<FeeCharged> for AccountCard {
    fn project(row: &mut Row<Self>, event: &Recorded<FeeCharged>) -> Result<(), ProjectionError> {
        row.update(|card| card.moved(-event.amount.minor(), event.metadata.recorded_at))
    }
}

impl Project<AccountSuspended> for AccountCard {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountSuspended>) -> Result<(), ProjectionError> {
        row.update(|card| card.active = false)
    }
}

impl Project<AccountReactivated> for AccountCard {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountReactivated>) -> Result<(), ProjectionError> {
        row.update(|card| card.active = true)
    }
}

impl Project<EmailChanged> for AccountCard {
    fn project(row: &mut Row<Self>, event: &Recorded<EmailChanged>) -> Result<(), ProjectionError> {
        row.update(|card| card.email = event.email.clone())
    }
}

impl Project<AccountClosed> for AccountCard {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountClosed>) -> Result<(), ProjectionError> {
        row.update(|card| card.active = false)
    }
}
