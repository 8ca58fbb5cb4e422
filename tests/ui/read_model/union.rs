use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone, Copy)]
union Summary {
    owner: u64,
}

fn main() {}
