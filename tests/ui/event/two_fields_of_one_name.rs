use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, removed(mail: String, until = 2))]
struct EmailChanged {
    #[event(was = "mail", until = 2)]
    email: String,
}

fn main() {}
