use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct Deposited {
    #[event(until = 2, ty = f64)]
    cents: i64,
    #[event(until = 2, ty = f64, with = whole)]
    tries: i64,
}

fn whole(_: f64) -> String {
    String::new()
}

fn main() {}
