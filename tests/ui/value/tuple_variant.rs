use cqrs_runtime::prelude::*;

#[derive(Value)]
enum Amount {
    Nothing,
    Money(i64, String),
}

fn main() {}
