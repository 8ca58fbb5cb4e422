use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[domain(code = "ACCOUNT")]
enum AccountError {
    #[error("closed")]
    Closed,
}

fn main() {}
