use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Deposit<T> {
    #[command(id)]
    account_id: AccountId,
    amount: T,
}

fn main() {}
