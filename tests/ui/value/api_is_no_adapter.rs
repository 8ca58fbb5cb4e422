use cqrs_runtime::prelude::*;

struct Plain;

#[derive(Value)]
#[value(api = Plain)]
struct Money {
    minor: i64,
}

#[derive(Value)]
#[value(api)]
struct Nothing {
    minor: i64,
}

fn main() {}
