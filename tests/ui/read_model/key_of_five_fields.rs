use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    a: i64,
    #[read_model(key)]
    b: i64,
    #[read_model(key)]
    c: i64,
    #[read_model(key)]
    d: i64,
    #[read_model(key)]
    e: i64,
}

fn main() {}
