#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened)))]
pub struct Summary {
    account_id: AccountId,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

fn main() {}
