#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(), lookups())]
pub struct Summary {
    #[read_model(key)]
    account_id: AccountId,
}

#[derive(ReadModel, Clone)]
#[read_model(events(Account()))]
pub struct Balance {
    #[read_model(key)]
    account_id: AccountId,
}

fn main() {}
