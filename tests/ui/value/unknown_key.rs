use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(wiht = Millis)]
struct Timeout(u64);

fn main() {}
