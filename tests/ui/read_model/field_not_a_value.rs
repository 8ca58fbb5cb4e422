use cqrs_runtime::prelude::*;

#[derive(Clone)]
struct Address;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
    #[read_model(filter)]
    address: Address,
}

fn main() {}
