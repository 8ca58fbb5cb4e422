use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Close(AccountId);

fn main() {}
