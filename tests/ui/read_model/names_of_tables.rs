use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(table = "Summary")]
struct A {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
#[read_model(table = "cqrs_summary")]
struct B {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
#[read_model(table = "sqlite_summary")]
struct C {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
#[read_model(table = "")]
struct D {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
#[read_model(table = "2026_summary")]
struct E {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
struct SummaryOfWhatHasHappenedToAnAccountSoFar {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
struct Übersicht {
    #[read_model(key)]
    id: Uuid,
}

fn main() {}
