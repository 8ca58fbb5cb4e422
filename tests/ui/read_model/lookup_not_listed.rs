#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened)))]
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
    fn project(row: &mut Row<Self>, event: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.lookup::<Names>(event.customer_id.clone()).delete()
    }
}

fn main() {}
