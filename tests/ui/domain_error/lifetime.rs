use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("closed by {0}")]
struct Closed<'a>(&'a str);

fn main() {}
