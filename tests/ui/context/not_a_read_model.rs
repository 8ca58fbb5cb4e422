#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

#[derive(ReadModel, Clone)]
struct OrderLookup {
    #[read_model(key)]
    id: Uuid,
}

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(Customer))]
struct Shop;

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(OrderLookup))]
struct WithLookup;

fn main() {}
