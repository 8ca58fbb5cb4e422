use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: Uuid,
    tenant: String,
    cqrs_position: i64,
    xmin: i64,
    größe: i64,
    __typename: String,
    owner_name: String,
    #[allow(non_snake_case)]
    ownerName: String,
}

fn main() {}
