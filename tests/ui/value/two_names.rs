use cqrs_runtime::prelude::*;

#[derive(Value)]
struct Money {
    #[serde(rename(serialize = "a", deserialize = "b"))]
    cents: i64,
}

fn main() {}
