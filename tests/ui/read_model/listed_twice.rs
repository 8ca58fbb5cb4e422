#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened, Deposited, Opened), Account(Deposited)), lookups(Names, Names), partition = all)]
pub struct Summary {
    #[read_model(key)]
    account_id: AccountId,
}

#[derive(ReadModel, Clone)]
pub struct Names {
    #[read_model(key)]
    customer_id: CustomerId,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

impl Project<Deposited> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Deposited>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

fn main() {}
