use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Money {
    minor: i64,
    currency: String,
}

#[derive(ReadModel, Clone)]
#[read_model(roles(
    "customer" if owners = principal.id,
    "clerk" if balance = principal.claims.balance && branch = principal.claims.branch,
))]
struct Account {
    #[read_model(key)]
    id: i64,
    owners: Vec<String>,
    balance: Money,
    branch: Option<i64>,
}

fn main() {}
