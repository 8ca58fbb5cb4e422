use cqrs_runtime::prelude::*;

struct Millis;

#[derive(Value)]
#[value(with = Millis)]
struct Timeout(std::time::Duration);

fn main() {}
