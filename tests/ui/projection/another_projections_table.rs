#[path = "../read_model/domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(TransactionalProjection)]
#[projection(events(Account(Opened)))]
pub struct Search;

#[derive(TransactionalProjection)]
#[projection(events(Account(Opened)))]
pub struct Words;

impl CreateTables for Words {
    fn create(tables: &mut NewTables<Self>) {
        tables.name(Search::SEARCH);
    }
}

impl ProjectInTransaction<Opened> for Words {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
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
