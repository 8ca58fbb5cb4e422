use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns = "all")]
struct Name {
    name: String,
}

#[derive(Value)]
#[value(columns)]
#[serde(rename_all = "kebab-case")]
struct Money {
    minor: i64,
    in_currency: String,
}

fn main() {}
