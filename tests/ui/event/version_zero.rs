use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 0)]
struct Deposited {
    cents: i64,
}

fn main() {}
