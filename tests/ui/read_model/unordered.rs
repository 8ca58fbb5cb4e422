use cqrs_runtime::prelude::*;

#[derive(Value)]
struct Address {
    street: String,
}

#[derive(Value)]
#[value(columns)]
struct Position {
    name: String,
    height: f64,
}

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
    #[read_model(filter)]
    address: Address,
    #[read_model(order)]
    rate: f64,
    #[read_model(filter, order)]
    tags: Option<Vec<String>>,
    #[read_model(order)]
    position: Position,
}

fn main() {}
