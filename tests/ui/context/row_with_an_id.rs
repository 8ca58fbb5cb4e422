#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

#[derive(ReadModel, Clone)]
#[read_model(events(Order(Placed)))]
pub struct Basket {
    #[read_model(key)]
    pub id: OrderId,
}

impl Project<Placed> for Basket {
    fn project(row: &mut Row<Self>, _: &Recorded<Placed>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

#[derive(ReadModel, Clone)]
#[read_model(events(Order(Placed)))]
pub struct Parcel {
    #[read_model(key, name = "orderId")]
    pub id: OrderId,
}

impl Project<Placed> for Parcel {
    fn project(row: &mut Row<Self>, _: &Recorded<Placed>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(Basket))]
struct Shop;

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(Parcel))]
struct InOtherWords;

fn main() {}
