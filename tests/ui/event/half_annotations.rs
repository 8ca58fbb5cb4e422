use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct EmailChanged {
    #[event(was = "mail")]
    email: String,
    #[event(since = 2)]
    by: String,
    #[event(default = "none")]
    reason: String,
    #[event(until = 2)]
    at: i64,
    #[event(until = 2, was = "n", with = whole)]
    tries: i64,
}

fn main() {}
