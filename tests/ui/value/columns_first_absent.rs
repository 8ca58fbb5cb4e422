use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Name {
    title: Option<String>,
    name: String,
}

fn main() {}
