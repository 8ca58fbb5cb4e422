#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened)))]
pub struct Daily {
    #[read_model(key)]
    day: NaiveDate,
    #[read_model(key)]
    customer_id: CustomerId,
}

impl Project<Opened> for Daily {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

fn main() {}
