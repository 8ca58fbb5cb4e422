use cqrs_runtime::prelude::*;

#[derive(Value)]
struct Hut {
    größe: i64,
    _1: i64,
    paid_at: i64,
    #[allow(non_snake_case)]
    paidAt: i64,
}

#[derive(Value)]
enum Way {
    Straße,
    __Path,
    #[allow(non_camel_case_types)]
    high_way,
    HighWay,
}

#[derive(Value)]
struct Höhe {
    meters: i64,
}

#[derive(Value)]
#[value(name = "my height")]
struct Height {
    meters: i64,
}

/// Names of which clients see nothing.
#[derive(Value)]
#[value(api = InMeters)]
struct Länge {
    größe: i64,
}

struct InMeters;

impl Adapter<Länge> for InMeters {
    type Stored = i64;
    type Error = std::convert::Infallible;

    fn store(value: &Länge) -> i64 {
        value.größe
    }

    fn restore(größe: i64) -> Result<Länge, Self::Error> {
        Ok(Länge { größe })
    }
}

#[derive(Value)]
struct Über(i64);

#[derive(Value)]
enum Körper {
    Würfel { kantenlänge: i64 },
}

/// A name for clients, and the stored one.
#[derive(Value)]
#[value(name = "Depth")]
struct Tiefe {
    #[serde(rename = "größe")]
    size: i64,
}

fn main() {}
