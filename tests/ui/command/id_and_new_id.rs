use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
struct Open {
    #[command(id)]
    account_id: AccountId,
}

fn main() {}
