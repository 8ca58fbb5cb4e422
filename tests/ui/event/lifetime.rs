use cqrs_runtime::prelude::*;

#[derive(Event, Serialize)]
struct Deposited<'a> {
    by: &'a str,
}

fn main() {}
