use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
struct Branch {
    #[read_model(key)]
    id: Uuid,
}

#[derive(ReadModel, Clone)]
struct Daily {
    #[read_model(key)]
    branch: Uuid,
    #[read_model(key)]
    day: NaiveDate,
}

struct Plain;

#[derive(ReadModel, Clone)]
struct Summary {
    #[read_model(key)]
    id: String,
    #[read_model(references = Branch)]
    branch: Option<Uuid>,
    #[read_model(references = Branch)]
    other: String,
    #[read_model(references = Branch)]
    several: Vec<Uuid>,
    #[read_model(references = Daily)]
    daily: Uuid,
    #[read_model(references = Plain)]
    plain: Uuid,
}

fn main() {}
