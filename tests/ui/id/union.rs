use cqrs_runtime::prelude::*;

#[derive(Id)]
union AccountId {
    number: u64,
}

fn main() {}
