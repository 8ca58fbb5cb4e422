use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 4)]
struct EmailChanged {
    #[event(was = "mail", until = 2)]
    email: String,
    #[event(since = 4, default = "unknown")]
    changed_by: String,
}

fn main() {}
