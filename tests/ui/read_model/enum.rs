use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
enum Summary {
    Open { owner: String },
}

fn main() {}
