use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
struct Taken {
    metadata: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Twice {
    #[event(public)]
    paid_at: i64,
    #[event(public)]
    #[allow(non_snake_case)]
    paidAt: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NotWritten {
    #[event(public)]
    größe: i64,
    #[event(public)]
    _1: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public = true)]
struct WithAValue {
    #[event(pubic)]
    amount: i64,
}

/// What nobody sees can be called anything.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Private {
    metadata: i64,
    größe: i64,
}

fn main() {}
