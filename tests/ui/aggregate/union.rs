use cqrs_runtime::prelude::*;

#[derive(Aggregate, Clone, Copy)]
#[aggregate(id = AccountId, events(Opened), commands(create(Open)), error = Refused)]
union Account {
    cents: i64,
}

fn main() {}
