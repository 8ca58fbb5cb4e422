use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, removed(legacy, until = 2), removed(old: String), removed(none: bool, until = 5))]
struct EmailChanged {
    email: String,
}

fn main() {}
