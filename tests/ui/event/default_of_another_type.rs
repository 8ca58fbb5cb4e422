use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct Deposited {
    #[event(since = 2, default = "none")]
    cents: i64,
    #[event(since = 2, default = 0)]
    by: String,
}

fn main() {}
