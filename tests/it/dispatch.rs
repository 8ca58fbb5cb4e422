//! Commands from their dispatch to their answer, over a database that is driven step by step.

mod conflicts;
mod deciding;
mod domain;
mod enriching;
mod receipts;
mod snapshots;
mod stored;

use cqrs_runtime::dispatch::{CommandOptions, Dispatcher, Executed};
use cqrs_runtime::repository::Repository;
use cqrs_runtime::store::EventStore;
use cqrs_runtime::testing::{ManualClock, SequentialIds};

use self::domain::{Account, AccountId, Deposit, Open};

/// A bank at ten o'clock, with ids that count up.
fn bank(store: EventStore) -> Dispatcher<Account> {
    let clock = ManualClock::at("2026-03-01T10:00:00Z");
    Dispatcher::over(Repository::new(store).with_clock(clock).with_ids(SequentialIds::default()))
}

fn id(number: u128) -> AccountId {
    uuid::Uuid::from_u128(number).into()
}

/// Opens account `number` with a balance of 100.
async fn open(bank: &Dispatcher<Account>, number: u128) -> Executed<Account> {
    let open = Open { account: id(number), owner: "ada".to_owned() };
    bank.dispatch(open).await.expect("it is new");
    bank.dispatch(deposit(number, 100)).await.expect("it is open")
}

fn deposit(number: u128, amount: i64) -> Deposit {
    Deposit { account: id(number), amount }
}

fn keyed(key: &str) -> CommandOptions {
    CommandOptions::new().idempotency_key(key)
}
