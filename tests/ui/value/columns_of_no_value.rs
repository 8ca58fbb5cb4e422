use cqrs_runtime::prelude::*;

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
