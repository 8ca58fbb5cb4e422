use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary<T> {
    #[read_model(key)]
    id: T,
}

fn main() {}
