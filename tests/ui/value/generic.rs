use cqrs_runtime::prelude::*;

#[derive(Value)]
struct Money<T> {
    amount: T,
}

fn main() {}
