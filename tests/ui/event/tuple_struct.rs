use cqrs_runtime::prelude::*;

#[derive(Event, Serialize, Deserialize)]
struct Deposited(i64);

fn main() {}
