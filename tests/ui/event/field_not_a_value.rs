use cqrs_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Currency;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct Deposited {
    #[event(since = 2, default)]
    cents: i64,
    currency: Currency,
}

fn main() {}
