use cqrs_runtime::prelude::*;

#[derive(Value)]
union Money {
    cents: i64,
    units: f64,
}

fn main() {}
