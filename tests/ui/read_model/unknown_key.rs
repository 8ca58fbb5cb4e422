use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(tabel = "summaries", index = "id")]
struct Summary {
    #[read_model(key)]
    id: Uuid,
    #[read_model(fitler, unique)]
    owner: String,
    #[read_model(filter = true, order("desc"))]
    name: String,
}

fn main() {}
