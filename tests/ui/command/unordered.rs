use std::collections::{BTreeSet, HashMap, HashSet};

use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Tag {
    #[command(id)]
    account_id: AccountId,
    sorted: BTreeSet<String>,
    by_name: HashMap<String, i64>,
    tags: HashSet<String>,
    nested: Option<(u8, std::collections::HashSet<u8>)>,
}

fn main() {}
