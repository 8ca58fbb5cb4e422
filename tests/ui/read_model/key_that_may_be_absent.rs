use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: Option<Uuid>,
}

fn main() {}
