use cqrs_runtime::prelude::*;

#[derive(Value, Eq, Hash, PartialOrd, Ord)]
struct Address {
    street: String,
}

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key, filter)]
    address: Address,
}

fn main() {}
