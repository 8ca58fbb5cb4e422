use cqrs_runtime::prelude::*;

#[derive(Aggregate, Clone)]
#[aggregate(id = AccountId, events(Opened), commands(create(Open)), error = Refused)]
struct Account<T> {
    state: T,
}

fn main() {}
