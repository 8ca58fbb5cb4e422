use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid, u32);

fn main() {}
