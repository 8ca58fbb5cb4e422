use cqrs_runtime::prelude::*;

#[derive(Aggregate, Clone, Serialize, Deserialize)]
#[aggregate(id = AccountId, events(Opened), commands(create(Open)), error = Refused, snapshot(every = 100))]
struct Account(String, i64);

fn main() {}
