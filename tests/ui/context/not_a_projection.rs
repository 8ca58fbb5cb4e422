#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

#[derive(BoundedContext)]
#[context(aggregates(Order), projections(OrderSummary))]
struct Shop;

fn main() {}
