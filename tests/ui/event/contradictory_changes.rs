use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3, removed(note: String, since = 2, until = 2))]
struct EmailChanged {
    #[event(was = "mail", until = 2)]
    #[event(was = "address", until = 2)]
    email: String,
    #[event(since = 2, default)]
    #[event(since = 3, default)]
    by: String,
    #[event(until = 3, with = whole)]
    tries: i64,
    #[event(was = "n", until = 2)]
    #[event(until = 2, ty = f64, with = whole)]
    score: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3)]
struct AmountChanged {
    #[event(was = "amount", until = 2)]
    #[event(until = 3, ty = i64, with = cents)]
    amount: i64,
    #[event(was = "by", until = 2)]
    #[event(was = "by", until = 3)]
    whom: String,
}

fn main() {}
