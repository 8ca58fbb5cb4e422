use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Money {
    minor: i64,
    currency: String,
}

#[derive(Value)]
#[value(columns)]
struct Limits {
    daily: Money,
    monthly: Option<Money>,
}

fn main() {}
