use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Money {
    minor: i64,
    currency_according_to_iso_4217: String,
}

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
    what_is_left_when_all_is_paid_for: Money,
}

fn main() {}
