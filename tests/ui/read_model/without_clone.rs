use cqrs_runtime::prelude::*;

#[derive(ReadModel)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
}

fn main() {}
