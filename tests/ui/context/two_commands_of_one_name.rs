#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

mod other {
    use super::domain::Refused;
    use cqrs_runtime::prelude::*;

    super::domain::aggregate!(Bet of BetId: BetPlaced, PLACE);
}

#[derive(BoundedContext)]
#[context(aggregates(Order, other::Bet))]
struct Shop;

fn main() {}
