#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

#[derive(BoundedContext)]
#[context(agregates(Order), models(OrderSummary))]
struct Shop;

fn main() {}
