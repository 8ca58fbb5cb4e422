#[path = "../read_model/domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(TransactionalProjection)]
#[projection(events(Account(Opened)))]
pub struct Search;

impl ProjectInTransaction<Opened> for Search {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        Ok(())
    }
}

fn main() {}
