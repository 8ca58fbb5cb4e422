use cqrs_runtime::prelude::*;

#[derive(DomainError)]
union Refused {
    code: u32,
}

impl std::fmt::Debug for Refused {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}

impl std::error::Error for Refused {}

impl PartialEq for Refused {
    fn eq(&self, _: &Self) -> bool {
        unimplemented!()
    }
}

fn main() {}
