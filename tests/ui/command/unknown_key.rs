use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(newid = AccountId)]
struct Open {
    owner: String,
}

fn main() {}
