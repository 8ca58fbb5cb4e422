use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(name = "", new_id = AccountId)]
struct Empty {}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(name = "Money\nDeposited", new_id = AccountId)]
struct Broken {}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", new_id = AccountId)]
struct Long {}

fn main() {}
