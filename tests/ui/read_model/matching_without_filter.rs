#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened)))]
pub struct Summary {
    #[read_model(key)]
    account_id: AccountId,
    #[read_model(order)]
    customer_id: CustomerId,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, event: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.matching(Self::CUSTOMER_ID, &event.customer_id).delete()
    }
}

fn main() {}
