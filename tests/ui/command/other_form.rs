use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Value)]
struct Money {
    cents: i64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "snake_case"))]
struct Deposit {
    #[command(id)]
    account_id: AccountId,
    #[serde(flatten)]
    amount: Money,
    #[serde(rename(serialize = "why", deserialize = "reason"))]
    reason: String,
}

fn main() {}
