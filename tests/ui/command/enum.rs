use cqrs_runtime::prelude::*;

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
enum Move {
    In,
}

fn main() {}
