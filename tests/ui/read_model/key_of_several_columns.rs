use cqrs_runtime::prelude::*;

#[derive(Value, Eq, Hash, PartialOrd, Ord)]
#[value(columns)]
struct Place {
    street: String,
    number: u32,
}

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    place: Place,
}

fn main() {}
