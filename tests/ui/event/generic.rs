use cqrs_runtime::prelude::*;

#[derive(Event, Serialize, Deserialize)]
struct Deposited<T> {
    amount: T,
}

fn main() {}
