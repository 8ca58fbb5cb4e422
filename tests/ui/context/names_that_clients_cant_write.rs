#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

mod other {
    use super::domain::Refused;
    use cqrs_runtime::prelude::*;

    super::domain::aggregate!(Bet of BetId: Erhöht, PlaceBet);
    super::domain::aggregate!(__Wager of WagerId: Waged, PlaceWager);
}

mod sent {
    use super::domain::Refused;
    use cqrs_runtime::prelude::*;

    #[derive(Id)]
    pub struct LetterId(Uuid);

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Sent {}

    #[derive(Command, Clone, Debug, Serialize, Deserialize)]
    #[command(name = "send-letter", new_id = LetterId)]
    pub struct Send {}

    #[derive(Aggregate, Clone)]
    #[aggregate(id = LetterId, events(Sent), commands(create(Send)), error = Refused)]
    pub struct Letter {}

    impl Init<Sent> for Letter {
        fn init(_: &Sent) -> Self {
            Self {}
        }
    }

    impl Create<Send> for Letter {
        fn create(_: Send, _: &Context<Self>) -> Result<Events<Self>, Refused> {
            Ok(Events::none())
        }
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Order, other::Bet, other::__Wager, sent::Letter))]
struct Shop;

fn main() {}
