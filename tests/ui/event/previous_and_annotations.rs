use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, previous = DepositedV1)]
struct Deposited {
    #[event(since = 2, default)]
    cents: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposited")]
struct DepositedV1 {}

impl From<DepositedV1> for Deposited {
    fn from(_: DepositedV1) -> Self {
        Self { cents: 0 }
    }
}

fn main() {}
