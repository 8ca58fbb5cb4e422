use cqrs_runtime::prelude::*;

#[derive(Id)]
struct HutId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = HutId)]
struct Build {
    größe: i64,
    _1: i64,
    built_at: i64,
    #[allow(non_snake_case)]
    builtAt: i64,
    #[serde(rename = "größe2")]
    size: i64,
}

fn main() {}
