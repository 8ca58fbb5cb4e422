#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

mod other {
    use super::domain::{CustomerId, Order, Placed, Refused};
    use cqrs_runtime::prelude::*;

    super::domain::aggregate!(Bet of BetId: Placed2, PlaceBet);

    /// An event of the name of another aggregate's event.
    pub mod same {
        use super::Refused;
        use cqrs_runtime::prelude::*;

        crate::domain::aggregate!(Wager of WagerId: Placed, PlaceWager);
    }

    #[derive(ReadModel, Clone)]
    #[read_model(table = "customers", events(Order(Placed)))]
    pub struct CUSTOMER {
        #[read_model(key)]
        key: CustomerId,
    }

    impl Project<Placed> for CUSTOMER {
        fn project(row: &mut Row<Self>, _: &Recorded<Placed>) -> Result<(), ProjectionError> {
            row.delete()
        }
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Order, other::same::Wager))]
struct Shop;

#[derive(BoundedContext)]
#[context(aggregates(Order, other::Bet, Customer), read_models(other::CUSTOMER))]
struct InOtherCase;

fn main() {}
