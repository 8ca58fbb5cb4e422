use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct EmailChanged {
    #[event(was = "mail", until = 1)]
    email: String,
    #[event(since = 3, default)]
    by: String,
    #[event(since = 2, default)]
    #[event(was = "why", until = 2)]
    reason: String,
}

fn main() {}
