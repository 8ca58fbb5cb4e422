use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct Deposited {
    #[event(sinse = 2, default)]
    cents: i64,
}

fn main() {}
