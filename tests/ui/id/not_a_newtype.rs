use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId {
    value: Uuid,
}

fn main() {}
