use cqrs_runtime::prelude::*;

#[derive(Value)]
enum Movement {
    Cash,
    #[serde(skip)]
    Card,
    #[serde(skip_serializing)]
    Cheque,
    #[serde(skip_deserializing)]
    Transfer,
}

fn main() {}
