//! Fields that clients know by another name than the field's; a row's own id beside the opaque one.

use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::EventStore;
use serde_json::json;

use crate::database::{Database, on_both};
use crate::projecting::killed::LONG;

on_both! {
    in_threads
    a_row_has_its_own_id_beside_the_opaque_one
}

#[derive(Id)]
struct HutId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Built {
    storeys: u8,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = HutId)]
struct Build {
    storeys: u8,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

#[derive(Aggregate, Clone)]
#[aggregate(id = HutId, events(Built), commands(create(Build)), error = Never)]
struct Hut {}

impl Init<Built> for Hut {
    fn init(_: &Built) -> Self {
        Self {}
    }
}

impl Create<Build> for Hut {
    fn create(command: Build, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Built { storeys: command.storeys }.into())
    }
}

#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Hut(Built)))]
struct HutSummary {
    #[read_model(key, filter, order, name = "hutNumber")]
    id: HutId,
    #[read_model(filter, order, name = "floors")]
    storeys: u8,
}

impl Project<Built> for HutSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<Built>) -> Result<(), ProjectionError> {
        let id = row.id()?;
        row.insert(|| Self { id, storeys: event.storeys })
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Hut), read_models(HutSummary))]
struct Village;

async fn a_row_has_its_own_id_beside_the_opaque_one(database: Database) {
    let village = Application::<Village>::new(EventStore::open(&database.url).await.unwrap());
    village.read_models().prepare().await.unwrap();
    let running = village.read_models().start();
    let schema = Schema::of(&village).build().unwrap();
    let ask = async |document: &str, variables| {
        let request = async_graphql::Request::new(document).variables(async_graphql::Variables::from_json(variables));
        serde_json::to_value(schema.execute(request).await).unwrap()
    };
    let mutation = "mutation($storeys: Int!) { build(input: { storeys: $storeys }) { id position } }";
    let mut huts = Vec::new();
    for storeys in [1, 3, 2] {
        let built = ask(mutation, json!({ "storeys": storeys })).await;
        village.read_models().wait_for_all(huts.len() as u64 + 1, LONG).await.unwrap();
        huts.push(built["data"]["build"]["id"].clone());
    }
    let high = "{ hutSummaries(filter: { floors: { gt: 1 } }, orderBy: [{ floors: DESC }, { hutNumber: ASC }]) {
        nodes { id hutNumber floors } } }";
    let high = ask(high, json!({})).await;
    let nodes = high["data"]["hutSummaries"]["nodes"].as_array().unwrap();
    let told: Vec<_> = nodes.iter().map(|node| (&node["hutNumber"], node["floors"].as_u64().unwrap())).collect();
    assert_eq!(told, [(&huts[1], 3), (&huts[2], 2)]);
    let one = "query($id: ID!, $number: UUID!) {
        node(id: $id) { id ... on HutSummary { hutNumber } }
        hutSummary(id: $number) { id hutNumber }
        hutSummaries(filter: { hutNumber: { eq: $number } }) { nodes { id hutNumber } } }";
    let one = ask(one, json!({ "id": nodes[0]["id"], "number": huts[1] })).await;
    let row = json!({ "id": nodes[0]["id"], "hutNumber": huts[1] });
    let expected = json!({ "node": row, "hutSummary": row, "hutSummaries": { "nodes": [row] } });
    assert_eq!(one["data"], expected, "{one:#}");
    let refused = ask(mutation, json!({ "storeys": 256 })).await;
    assert_eq!(super::only_error(&refused), ("BAD_USER_INPUT", &json!(["build"])));
    assert_eq!(refused["errors"][0]["message"], "input.storeys: a number from 0 to 255 is expected");
    running.stop().await;
    village.store().close().await;
}
