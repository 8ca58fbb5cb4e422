use cqrs_runtime::prelude::*;

#[derive(Aggregate, Clone)]
#[aggregate(id = AccountId, events(Opened), commands(create(Open)), error = Refused)]
struct Account<'a> {
    owner: &'a str,
}

fn main() {}
