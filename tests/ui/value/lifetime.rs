use cqrs_runtime::prelude::*;

#[derive(Value)]
struct Name<'a>(&'a str);

fn main() {}
