use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Nothing {}

fn main() {}
