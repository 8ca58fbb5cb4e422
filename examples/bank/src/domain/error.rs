//! Why the bank refuses.

use cqrs_runtime::prelude::*;

use super::money::{Currency, Money, MoneyError};
use super::values::{InvalidEmail, Status};

/// Why the bank refuses a command.
#[derive(Clone, Debug, PartialEq, thiserror::Error, DomainError)]
pub enum AccountError {
    /// An account has a holder.
    #[error("an account needs a holder")]
    #[domain(code = "HOLDER_REQUIRED", field = "owner")]
    HolderRequired,
    /// The address can't be one.
    #[error(transparent)]
    #[domain(code = "INVALID_EMAIL", field = "email")]
    InvalidEmail(#[from] InvalidEmail),
    /// The first deposit is too small.
    #[error("an account is opened with at least {minimum}")]
    #[domain(code = "OPENING_BALANCE_TOO_LOW", field = "deposit")]
    OpeningBalanceTooLow {
        /// What it must be at least.
        minimum: Money,
    },
    /// The amount is zero or less.
    #[error("an amount must be more than zero")]
    #[domain(code = "AMOUNT_NOT_POSITIVE", field = "amount")]
    AmountNotPositive,
    /// The amount is in another currency than the account.
    #[error("the account is in {account}, the amount in {given}")]
    #[domain(code = "CURRENCY_MISMATCH", field = "amount")]
    CurrencyMismatch {
        /// The account's.
        account: Currency,
        /// The amount's.
        given: Currency,
    },
    /// No account can hold so much.
    #[error("the balance would be more than an account can hold")]
    #[domain(code = "AMOUNT_TOO_LARGE", field = "amount")]
    AmountTooLarge,
    /// Only an active account moves money and can be suspended or closed.
    #[error("the account is {status}, not active")]
    #[domain(code = "ACCOUNT_NOT_ACTIVE")]
    NotActive {
        /// What it is.
        status: Status,
    },
    /// Only a suspended account can be reactivated.
    #[error("the account is {status}, not suspended")]
    #[domain(code = "ACCOUNT_NOT_SUSPENDED")]
    NotSuspended {
        /// What it is.
        status: Status,
    },
    /// A closed account stays as it is.
    #[error("the account is closed")]
    #[domain(code = "ACCOUNT_CLOSED")]
    Closed,
    /// Neither the balance nor the overdraft suffices.
    #[error("insufficient funds: {available} available")]
    #[domain(code = "INSUFFICIENT_FUNDS", field = "amount")]
    InsufficientFunds {
        /// The balance and the overdraft.
        available: Money,
    },
    /// The day's withdrawals would be too much.
    #[error("the daily limit of {limit} leaves {left} for today")]
    #[domain(code = "DAILY_LIMIT_EXCEEDED", field = "amount")]
    DailyLimitExceeded {
        /// What may be withdrawn on one day.
        limit: Money,
        /// What is left of it.
        left: Money,
    },
    /// The rate is zero or more than the whole.
    #[error("an interest rate is more than 0 % and at most 100 %")]
    #[domain(code = "RATE_OUT_OF_RANGE", field = "rate")]
    RateOutOfRange,
    /// A reason is missing.
    #[error("a reason is needed")]
    #[domain(code = "REASON_REQUIRED", field = "reason")]
    ReasonRequired,
    /// Money stays in the account, or is owed.
    #[error("only an account at zero can be closed, this one is at {balance}")]
    #[domain(code = "BALANCE_NOT_ZERO")]
    BalanceNotZero {
        /// What it is at.
        balance: Money,
    },
}

impl From<MoneyError> for AccountError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::CurrencyMismatch { left, right } => Self::CurrencyMismatch { account: left, given: right },
            MoneyError::Overflow => Self::AmountTooLarge,
        }
    }
}
