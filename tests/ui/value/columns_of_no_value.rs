use cqrs_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Currency;

#[derive(Value)]
#[value(columns)]
struct Money {
    minor: i64,
    currency: Currency,
}

#[derive(Value)]
struct Wrapped(Currency);

fn main() {}
