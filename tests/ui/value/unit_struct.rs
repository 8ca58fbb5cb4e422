use cqrs_runtime::prelude::*;

#[derive(Value)]
struct Nothing;

fn main() {}
