use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize)]
struct Deposit<'a> {
    #[command(id)]
    account_id: AccountId,
    by: &'a str,
}

fn main() {}
