use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq)]
struct Closed;

fn main() {}
