use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = Deposited, version = "2", previous = "DepositedV1")]
struct Deposited {
    cents: i64,
}

fn main() {}
