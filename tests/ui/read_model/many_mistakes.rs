#[path = "domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(table = "cqrs_summary", version = 0, evnets(Account(Opened, Opened), Customer(Renamed)), lookups(Names))]
pub struct Summary {
    #[read_model(key, ordre)]
    account_id: AccountId,
    #[read_model(filter)]
    tenant: String,
}

#[derive(ReadModel, Clone)]
pub struct Names {
    #[read_model(key)]
    customer_id: CustomerId,
    #[read_model(filter)]
    name: String,
}

impl Project<Opened> for Summary {
    fn project(row: &mut Row<Self>, event: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.lookup::<Names>(event.customer_id.clone()).delete()?;
        row.matching(Self::TENANT, &String::new()).delete()?;
        row.delete()
    }
}

impl Project<Renamed> for Summary {
    fn project(row: &mut Row<Self>, _: &Recorded<Renamed>) -> Result<(), ProjectionError> {
        row.update(|row| row.tenant.clear())
    }
}

fn main() {}
