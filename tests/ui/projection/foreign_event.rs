#[path = "../read_model/domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(TransactionalProjection)]
#[projection(events(Account(Opened, Elsewhere)))]
pub struct Search;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere;

impl ProjectInTransaction<Elsewhere> for Search {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<Elsewhere>) -> Result<(), ProjectionError> {
        Ok(())
    }
}

impl CreateTables for Search {
    fn create(tables: &mut NewTables<Self>) {
        tables.sql(format!("CREATE TABLE {} (owner TEXT)", tables.name(Self::SEARCH)));
    }
}

impl ProjectInTransaction<Opened> for Search {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        Ok(())
    }
}

fn main() {}
