use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, DomainError)]
enum AccountError {
    Closed,
}

fn main() {}
