use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(version = 0)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
}

fn main() {}
