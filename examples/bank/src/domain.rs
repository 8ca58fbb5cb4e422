//! The bank: accounts that hold money, and the rules by which it moves.

mod account;
mod commands;
mod decisions;
mod error;
mod events;
mod limits;
mod money;
mod old_events;
mod told;
mod values;

pub use account::{Account, AccountCommand, AccountEvent, DayTotal};
pub use commands::{
    ApplyInterest, ChangeEmail, ChargeFee, CloseAccount, Deposit, OpenAccount, ReactivateAccount, SuspendAccount,
    Withdraw,
};
pub use error::AccountError;
pub use events::{
    AccountClosed, AccountOpened, AccountReactivated, AccountSuspended, EmailChanged, FeeCharged, InterestApplied,
    MoneyDeposited, MoneyWithdrawn, OverdraftOccurred,
};
pub use limits::{AccountLimits, BankLimits, Limits};
pub use money::{Currency, Money, MoneyError, ParseMoneyError};
pub use told::{ToldMoney, WholeUnits};
pub use values::{AccountId, Email, InvalidEmail, ParseRateError, Rate, Status, SuspensionReason};
