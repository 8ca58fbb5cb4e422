use cqrs_runtime::prelude::*;

#[derive(Id)]
struct OrderId(Uuid);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plain;

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = OrderId)]
struct Place {
    item: Plain,
}

fn main() {}
