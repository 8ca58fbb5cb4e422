use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary<'a> {
    #[read_model(key)]
    id: &'a str,
}

fn main() {}
