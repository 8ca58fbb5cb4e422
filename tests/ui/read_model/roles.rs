use cqrs_runtime::prelude::*;

#[derive(ReadModel, Clone)]
#[read_model(roles)]
struct Bare {
    #[read_model(key)]
    id: i64,
}

#[derive(ReadModel, Clone)]
#[read_model(roles())]
struct Empty {
    #[read_model(key)]
    id: i64,
}

#[derive(ReadModel, Clone)]
#[read_model(roles(teller))]
struct WithoutQuotes {
    #[read_model(key)]
    id: i64,
}

#[derive(ReadModel, Clone)]
#[read_model(roles(signedin))]
struct Misspelt {
    #[read_model(key)]
    id: i64,
}

#[derive(ReadModel, Clone)]
#[read_model(roles("teller", ""))]
struct Nameless {
    #[read_model(key)]
    id: i64,
}

#[derive(ReadModel, Clone)]
#[read_model(roles("customer" if owner == "ada"))]
struct Compared {
    #[read_model(key)]
    id: i64,
    owner: String,
}

#[derive(ReadModel, Clone)]
#[read_model(roles("customer" if owner = principal.name))]
struct Unknown {
    #[read_model(key)]
    id: i64,
    owner: String,
}

#[derive(ReadModel, Clone)]
#[read_model(roles("customer" if ownr = principal.id, "clerk" if branch = principal.claims.branch))]
struct OfNoField {
    #[read_model(key)]
    id: i64,
    owner: String,
}

#[derive(ReadModel, Clone)]
struct OnFields {
    #[read_model(key, roles("teller"))]
    id: i64,
    #[read_model(roles("customer" if owner = principal.id))]
    owner: String,
}

#[derive(ReadModel, Clone)]
#[read_model(roles("customer", "teller", "customer" if owner = principal.id))]
struct Twice {
    #[read_model(key)]
    id: i64,
    owner: String,
}

fn main() {}
