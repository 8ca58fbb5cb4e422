use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("closed")]
struct Closed<T: PartialEq + std::fmt::Debug>(T);

fn main() {}
