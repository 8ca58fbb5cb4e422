use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

struct Risk;

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(enrich = Risk, enrich_timeout = "2 seconds")]
struct Deposit {
    #[command(id)]
    account_id: AccountId,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(enrich_timeout = "2s")]
struct Withdraw {
    #[command(id)]
    account_id: AccountId,
}

fn main() {}
