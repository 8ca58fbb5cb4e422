#[path = "../read_model/domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(TransactionalProjection)]
pub struct Search;

impl CreateTables for Search {
    fn create(tables: &mut NewTables<Self>) {
        tables.sql(format!("CREATE TABLE {} (owner TEXT)", tables.name(Self::SEARCH)));
    }
}

fn main() {}
