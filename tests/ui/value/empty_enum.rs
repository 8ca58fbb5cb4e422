use cqrs_runtime::prelude::*;

#[derive(Value)]
enum Never {}

fn main() {}
