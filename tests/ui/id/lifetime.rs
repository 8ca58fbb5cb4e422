use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId<'a>(&'a str);

fn main() {}
