use cqrs_runtime::prelude::*;

#[derive(Command, Clone, Copy)]
union Deposit {
    cents: i64,
}

impl Serialize for Deposit {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        unimplemented!()
    }
}

impl<'de> Deserialize<'de> for Deposit {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        unimplemented!()
    }
}

fn main() {}
