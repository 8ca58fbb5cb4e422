use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Deposited {
    cents: i64,
    #[serde(skip)]
    field_1: Option<i64>,
    #[serde(default, skip_serializing)]
    field_2: Option<i64>,
    #[serde(default, skip_deserializing)]
    field_3: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field_4: Option<i64>,
}

fn main() {}
