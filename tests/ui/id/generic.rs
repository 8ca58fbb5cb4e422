use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId<T>(Uuid, std::marker::PhantomData<T>);

fn main() {}
