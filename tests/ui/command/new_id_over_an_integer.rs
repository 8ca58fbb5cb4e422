use cqrs_runtime::prelude::*;

#[derive(Id)]
struct Seat(i64);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = Seat)]
struct Reserve {
    guest: String,
}

fn main() {}
