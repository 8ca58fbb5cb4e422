use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Vec<u8>);

// No error follows from it.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Close {
    #[command(id)]
    account_id: AccountId,
}

fn main() {}
