use cqrs_runtime::prelude::*;

#[derive(Event, Serialize, Deserialize)]
enum Moved {
    In,
    Out,
}

fn main() {}
