use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Deposit {
    #[command(id)]
    account_id: AccountId,
    #[serde(skip)]
    risk: Option<u8>,
    #[serde(default, skip_serializing)]
    secret: Option<u8>,
    #[serde(default, skip_deserializing)]
    answer: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn main() {}
