use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum AccountError {
    #[error("closed")]
    #[domain(cod = "CLOSED")]
    Closed,
}

fn main() {}
