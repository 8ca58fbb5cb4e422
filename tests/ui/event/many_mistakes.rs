use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(verison = 2, previous = "EmailChangedV1")]
struct EmailChanged {
    #[event(was = mail, until = 2)]
    email: String,
    #[event(since = 2)]
    by: String,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, String>,
}

fn main() {}
