use cqrs_runtime::prelude::*;

#[derive(BoundedContext)]
#[context(aggregates(Order))]
struct Fields {
    name: String,
}

#[derive(BoundedContext)]
#[context(aggregates(Order))]
struct Tuple(String);

#[derive(BoundedContext)]
#[context(aggregates(Order))]
enum Choice {}

#[derive(BoundedContext)]
#[context(aggregates(Order))]
struct Generic<const N: usize>;

fn main() {}
