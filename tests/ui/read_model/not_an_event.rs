#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(Clone)]
pub struct Closed;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened, Closed)))]
pub struct Summary {
    #[read_model(key)]
    account_id: AccountId,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

fn main() {}
