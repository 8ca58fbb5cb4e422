//! What the bank is asked about: tables that are kept up to date as accounts change.

mod account_statement;
mod account_summary;
mod daily_totals;

pub use account_statement::{AccountStatement, MovementKind, RunningBalance};
pub use account_summary::AccountSummary;
pub use daily_totals::DailyTotal;

use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::EventStore;

/// All of them, over the events of a store.
#[must_use]
pub fn read_models(store: EventStore) -> ReadModels {
    ReadModels::new(store).with::<AccountSummary>().with::<AccountStatement>().with::<DailyTotal>()
}
