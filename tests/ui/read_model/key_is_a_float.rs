use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    height: f64,
}

fn main() {}
