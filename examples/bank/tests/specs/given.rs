//! What specifications begin with.

use bank::domain::{
    AccountClosed, AccountId, AccountOpened, AccountReactivated, AccountSuspended, BankLimits, Currency, Deposit,
    Limits, Money, MoneyDeposited, MoneyWithdrawn, SuspensionReason, Withdraw,
};
use cqrs_runtime::prelude::*;
use cqrs_runtime::testing::IntoMoment;

pub(crate) const NOON: &str = "2026-03-01T12:00:00Z";

pub(crate) fn id() -> AccountId {
    Uuid::from_u128(7).into()
}

pub(crate) fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::Usd)
}

pub(crate) fn limits() -> BankLimits {
    let standard = Limits {
        opening_balance: 10,
        overdraft: 50,
        daily_withdrawals: 1_000,
        large_withdrawal: 300,
        suspicious_withdrawals: 3,
        suspicious_minutes: 10,
    };
    BankLimits { standard, by_currency: [].into() }
}

pub(crate) fn opened() -> AccountOpened {
    let email = "ada@example.org".parse().expect("an address");
    AccountOpened { owner: "Ada Lovelace".into(), email, currency: Currency::Usd }
}

pub(crate) fn deposited(cents: i64) -> MoneyDeposited {
    MoneyDeposited { amount: usd(cents), description: None }
}

pub(crate) fn withdrawn(cents: i64, at: &str) -> MoneyWithdrawn {
    MoneyWithdrawn { amount: usd(cents), description: None, at: at.into_moment(), large: cents >= 300_00 }
}

pub(crate) fn suspended() -> AccountSuspended {
    AccountSuspended { reason: SuspensionReason::Requested { reason: "card lost".into() } }
}

pub(crate) fn suspected(large_withdrawals: u32) -> AccountSuspended {
    AccountSuspended { reason: SuspensionReason::SuspectedFraud { large_withdrawals, within_minutes: 10 } }
}

pub(crate) fn reactivated() -> AccountReactivated {
    AccountReactivated {}
}

pub(crate) fn closed() -> AccountClosed {
    AccountClosed {}
}

pub(crate) fn deposit(cents: i64) -> Deposit {
    Deposit { account_id: id(), amount: usd(cents), description: None }
}

pub(crate) fn withdraw(cents: i64) -> Withdraw {
    Withdraw { account_id: id(), amount: usd(cents), description: None }
}
