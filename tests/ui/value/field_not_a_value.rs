use cqrs_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Currency;

#[derive(Value)]
struct Money {
    cents: i64,
    currency: Currency,
}

fn main() {}
