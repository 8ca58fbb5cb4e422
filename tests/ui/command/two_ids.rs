use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Transfer {
    #[command(id)]
    from: AccountId,
    #[command(id)]
    to: AccountId,
}

fn main() {}
