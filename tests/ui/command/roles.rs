use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("teller", "customer" if owner = principal.id))]
struct Deposit {
    #[command(id)]
    account_id: AccountId,
    owner: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(role("teller"))]
struct Withdraw {
    #[command(id)]
    account_id: AccountId,
}

fn main() {}
