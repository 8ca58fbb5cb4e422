use cqrs_runtime::prelude::*;

#[derive(Id)]
enum AccountId {
    New,
}

fn main() {}
