use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, previous = DepositedV1)]
struct Deposited {
    cents: i64,
}

struct DepositedV1;

impl From<DepositedV1> for Deposited {
    fn from(_: DepositedV1) -> Self {
        Self { cents: 0 }
    }
}

fn main() {}
