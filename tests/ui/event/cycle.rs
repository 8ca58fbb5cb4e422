use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposited", version = 3, previous = DepositedV2)]
struct Deposited {
    cents: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "Deposited", version = 2, previous = Deposited)]
struct DepositedV2 {
    cents: i64,
}

impl From<DepositedV2> for Deposited {
    fn from(old: DepositedV2) -> Self {
        Self { cents: old.cents }
    }
}

impl From<Deposited> for DepositedV2 {
    fn from(old: Deposited) -> Self {
        Self { cents: old.cents }
    }
}

fn main() {}
