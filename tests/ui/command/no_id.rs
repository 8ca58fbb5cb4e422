use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Deposit {
    account_id: AccountId,
    cents: i64,
}

fn main() {}
