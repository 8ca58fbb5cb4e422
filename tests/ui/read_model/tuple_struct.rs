use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Summary(#[read_model(key)] Uuid, String);

fn main() {}
