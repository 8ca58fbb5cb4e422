use cqrs_runtime::prelude::*;

#[derive(Value)]
enum Status {
    Open,
    Closed,
}

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    status: Status,
    #[read_model(key)]
    day: NaiveDate,
}

fn main() {}
