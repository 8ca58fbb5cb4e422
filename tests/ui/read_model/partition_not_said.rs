#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Account(Opened), Customer(Renamed)))]
pub struct Summary {
    #[read_model(key)]
    customer_id: CustomerId,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

impl Project<Renamed> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Renamed>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

fn main() {}
