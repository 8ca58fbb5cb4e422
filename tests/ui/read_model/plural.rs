use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(plural = "all_accounts")]
struct Accounts {
    #[read_model(key)]
    id: i64,
}

#[derive(ReadModel, Clone)]
#[read_model(plural = "Accounts")]
struct Account {
    #[read_model(key)]
    id: i64,
}

fn main() {}
