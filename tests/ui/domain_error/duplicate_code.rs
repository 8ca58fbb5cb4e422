use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum AccountError {
    #[error("not enough")]
    NotEnough,
    #[error("too little")]
    #[domain(code = "NOT_ENOUGH")]
    TooLittle,
}

fn main() {}
