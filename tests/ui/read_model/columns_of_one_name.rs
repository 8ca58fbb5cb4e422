use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Money {
    minor: i64,
    #[serde(rename = "Currency")]
    currency: String,
}

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
    balance: Option<Money>,
    balance_minor: i64,
    balance_currency: String,
}

fn main() {}
