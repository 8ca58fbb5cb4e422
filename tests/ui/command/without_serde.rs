use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone)]
struct Close {
    #[command(id)]
    account_id: AccountId,
}

fn main() {}
