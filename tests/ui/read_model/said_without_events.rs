#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(lookups(Names), partition = tenant)]
pub struct Summary {
    #[read_model(key)]
    account_id: AccountId,
}

#[derive(ReadModel, Clone)]
pub struct Names {
    #[read_model(key)]
    customer_id: CustomerId,
}

fn main() {}
