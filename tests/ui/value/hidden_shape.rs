use cqrs_runtime::prelude::*;

#[derive(Value)]
#[serde(tag = "kind")]
enum Movement {
    Cash {
        #[serde(flatten)]
        money: Money,
    },
}

#[derive(Value)]
struct Money {
    cents: i64,
}

fn main() {}
