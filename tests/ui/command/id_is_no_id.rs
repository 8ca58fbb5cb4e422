use cqrs_runtime::prelude::*;

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Deposit {
    #[command(id)]
    account_id: Uuid,
}

fn main() {}
