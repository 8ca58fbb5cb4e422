use cqrs_runtime::prelude::*;

#[derive(Id)]
#[id(nam = "account")]
struct AccountId(Uuid);

fn main() {}
