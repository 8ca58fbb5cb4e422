#[path = "../read_model/domain/bank.rs"]
mod bank;

use bank::*;
use cqrs_runtime::prelude::*;

#[derive(TransactionalProjection)]
#[projection(tables("search"), events(Account(Opened)))]
pub struct Search;

#[derive(TransactionalProjection)]
#[projection(tables(), events(Account(Opened)))]
pub struct Words;

fn main() {}
