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
    _1: i64,
    owner_name: String,
    #[allow(non_snake_case)]
    ownerName: String,
    #[allow(non_snake_case)]
    Owner_Name: String,
    #[read_model(filter)]
    or: bool,
}

#[derive(ReadModel, Clone)]
struct InOtherWords {
    #[read_model(key, name = "id")]
    account: Uuid,
    #[read_model(name = "größe")]
    size: i64,
    #[read_model(name = "__typename")]
    kind: String,
    #[read_model(name = "")]
    nothing: String,
    #[read_model(name = "ownerName")]
    owner: String,
    owner_name: String,
    #[read_model(name = holder)]
    holder: String,
}

/// What all of these are told by.
#[derive(ReadModel, Clone)]
struct Told {
    #[read_model(key, name = "accountNumber")]
    id: Uuid,
    #[read_model(name = "kind")]
    __typename: String,
    #[read_model(name = "first")]
    _1: i64,
    owner_name: String,
    #[allow(non_snake_case)]
    #[read_model(name = "owner")]
    ownerName: String,
    #[read_model(filter, name = "otherwise")]
    or: bool,
}

fn main() {}
