use cqrs_runtime::prelude::*;

#[derive(Clone)]
struct Address;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    address: Address,
}

fn main() {}
