use cqrs_runtime::prelude::*;

#[derive(BoundedContext)]
struct Nothing;

#[derive(BoundedContext)]
#[context(name = "shop")]
struct OnlyNamed;

#[derive(BoundedContext)]
#[context(aggregates = Order)]
struct NoList;

fn main() {}
