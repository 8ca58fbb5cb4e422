#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

mod old {
    use super::domain::Refused;
    use cqrs_runtime::prelude::*;

    #[derive(Id)]
    pub struct PurchaseId(Uuid);

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Bought {}

    #[derive(Command, Clone, Debug, Serialize, Deserialize)]
    #[command(new_id = PurchaseId)]
    pub struct Buy {}

    #[derive(Aggregate, Clone)]
    #[aggregate(id = PurchaseId, events(Bought), commands(create(Buy)), error = Refused, name = "Order")]
    pub struct Purchase {}

    impl Init<Bought> for Purchase {
        fn init(_: &Bought) -> Self {
            Self {}
        }
    }

    impl Create<Buy> for Purchase {
        fn create(_: Buy, _: &Context<Self>) -> Result<Events<Self>, Refused> {
            Ok(Events::none())
        }
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Order, old::Purchase))]
struct Shop;

fn main() {}
