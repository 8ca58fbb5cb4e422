use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
enum Movement {
    Cash { minor: i64 },
    None,
}

fn main() {}
