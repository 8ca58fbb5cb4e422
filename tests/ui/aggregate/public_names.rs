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

#[derive(Aggregate, Clone)]
#[aggregate(id = OrderId, events(Placed), commands(create(Place)), error = Refused, public)]
struct Order {
    id: i64,
    version: i64,
    position: i64,
    recorded_at: i64,
    recorded_by: i64,
    recorded__by: i64,
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

fn main() {}
