#[path = "../read_model/domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(TransactionalProjection)]
#[projection(events(Account(Opened)))]
pub struct Search;

impl ProjectInTransaction<Opened> for Search {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        let shared = std::rc::Rc::new(1);
        std::future::ready(()).await;
        drop(shared);
        Ok(())
    }
}

impl CreateTables for Search {
    fn create(tables: &mut NewTables<Self>) {
        tables.sql(format!("CREATE TABLE {} (owner TEXT)", tables.name(Self::SEARCH)));
    }
}

fn main() {}
