use cqrs_runtime::prelude::*;

struct Codes;

#[derive(Value)]
#[value(with = Codes)]
enum Currency {
    Usd,
}

fn main() {}
