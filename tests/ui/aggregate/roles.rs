use cqrs_runtime::prelude::*;

#[derive(Id)]
struct OrderId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Placed {}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = OrderId)]
struct Place {}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("refused")]
struct Refused;

#[derive(Clone)]
struct Customer;

#[derive(Aggregate, Clone)]
#[aggregate(
    id = OrderId,
    events(Placed),
    commands(create(Place)),
    error = Refused,
    roles("customer" if custommer = principal.id, "seller" if seller = principal.claims.seller),
)]
struct Order {
    customer: Customer,
}

#[derive(Aggregate, Clone)]
#[aggregate(
    id = OrderId,
    name = "Offer",
    event_enum = OfferEvent,
    command_enum = OfferCommand,
    events(Placed),
    commands(create(Place)),
    error = Refused,
    roles("customer" if customer = principal.id),
)]
struct Offer {
    customer: Customer,
}

impl Init<Placed> for Order {
    fn init(_: &Placed) -> Self {
        unimplemented!()
    }
}

impl Create<Place> for Order {
    fn create(_: Place, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Ok(Events::none())
    }
}

impl Init<Placed> for Offer {
    fn init(_: &Placed) -> Self {
        unimplemented!()
    }
}

impl Create<Place> for Offer {
    fn create(_: Place, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Ok(Events::none())
    }
}

fn main() {}
