#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Order(Placed)))]
pub struct Basket {
    #[read_model(key)]
    pub key: OrderId,
    #[read_model(references = OrderSummary)]
    pub order: Option<OrderId>,
}

impl Project<Placed> for Basket {
    fn project(row: &mut Row<Self>, _: &Recorded<Placed>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(Basket))]
struct Shop;

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(Basket, OrderSummary))]
struct Whole;

fn main() {}
