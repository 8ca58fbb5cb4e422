//! What an application adds to its schema by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bank::read_models::AccountSummary;
use cqrs_runtime::graphql::{Problem, Schema, SchemaError};
use cqrs_runtime::prelude::*;
use cqrs_runtime::principal::Principal;
use cqrs_tests::shelf::ShelfItem;
use futures_util::StreamExt;
use serde_json::json;

use super::Bank;
use crate::database::Database;

#[derive(Value)]
struct Greeting {
    /// Whom to greet.
    name: String,
    #[serde(default)]
    times: Option<i64>,
    #[serde(default)]
    volume: Option<u8>,
}

#[derive(Value)]
struct Greeted {
    /// What was said.
    said: String,
    by: Option<String>,
}

#[tokio::test]
async fn a_query_and_a_mutation_stand_beside_the_generated_ones() {
    let bank = Bank::without_projections(Database::sqlite()).await;
    let schema = Schema::of(&bank.application)
        .query("greet", "Greets somebody.", async |principal, Greeting { name, times, volume: _ }: Greeting| {
            if name.is_empty() {
                return Err(Problem::input("nobody is to be greeted"));
            }
            let said = format!("hello {name}! ").repeat(times.unwrap_or(1).try_into().unwrap_or(1));
            Ok(Greeted { said, by: Some(principal.id).filter(|id| !id.is_empty()) })
        })
        .mutation("reset", "Resets nothing.", async |_, ()| Ok(true))
        .build()
        .unwrap();
    let ask = async |document: &str| serde_json::to_value(schema.execute(document).await).unwrap();
    let answer = ask("{ greet(name: \"Ada\", times: 2) { said by __typename } }").await;
    assert_eq!(
        answer["data"],
        json!({ "greet": { "said": "hello Ada! hello Ada! ", "by": null, "__typename": "Greeted" } })
    );
    assert_eq!(ask("mutation { reset }").await["data"], json!({ "reset": true }));
    let refused = ask("{ greet(name: \"\") { said } }").await;
    assert_eq!(super::only_error(&refused), ("BAD_USER_INPUT", &json!(["greet"])));
    let loud = ask("{ greet(name: \"Ada\", volume: 300) { said } }").await;
    assert_eq!(super::only_error(&loud), ("BAD_USER_INPUT", &json!(["greet"])));
    assert_eq!(loud["errors"][0]["message"], "volume: a number from 0 to 255 is expected");
    let sdl = schema.sdl();
    assert!(sdl.contains("greet(\n") && sdl.contains("times: BigInt") && !sdl.contains("input Greeting"), "{sdl}");
}

/// A schema with what is owed to each holder, as somebody sees it, and how often that was computed.
fn with_a_greeting(bank: &Bank) -> (Schema, Arc<AtomicUsize>) {
    let computed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&computed);
    let schema = Schema::of(&bank.application)
        .field("greeting", "What the holder is told.", move |principal: Principal, rows: Vec<AccountSummary>| {
            count.fetch_add(1, Ordering::Relaxed);
            let said =
                |row: &AccountSummary| (row.owner != "Nobody").then(|| format!("{}: {}", principal.id, row.owner));
            let said = rows.iter().map(said).collect();
            async move { if principal.id == "eve" { Err(Problem::forbidden("not for eve")) } else { Ok(said) } }
        })
        .build()
        .unwrap();
    (schema, computed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_is_computed_for_all_rows_at_once() {
    let mut bank = Bank::over(Database::sqlite()).await;
    let (schema, computed) = with_a_greeting(&bank);
    bank.schema = schema;
    bank.open("Ada", "100.00").await;
    bank.open("Bea", "200.00").await;
    let (id, position) = bank.open("Nobody", "300.00").await;
    let document = "query($id: UUID!, $position: BigInt) {
        accountSummaries(orderBy: [{ owner: ASC }], minPosition: $position) { nodes { greeting } edges { node { owner again: greeting } } }
        accountStatements(filter: { accountId: { eq: $id } }, minPosition: $position) { nodes { account { greeting } } }
        accountSummary(id: $id, minPosition: $position) { greeting } }";
    let answer = bank.ask(document, json!({ "id": id, "position": position })).await;
    let greetings = json!([{ "greeting": "ada: Ada" }, { "greeting": "ada: Bea" }, { "greeting": null }]);
    assert_eq!(answer["accountSummaries"]["nodes"], greetings);
    let second = json!({ "node": { "owner": "Bea", "again": "ada: Bea" } });
    assert_eq!(answer["accountSummaries"]["edges"][1], second);
    assert_eq!(answer["accountStatements"]["nodes"], json!([{ "account": { "greeting": null } }]));
    assert_eq!(answer["accountSummary"], json!({ "greeting": null }));
    assert_eq!(computed.load(Ordering::Relaxed), 4, "once for all rows, wherever it is asked for");
    bank.ask("{ accountSummaries { nodes { owner } } }", json!({})).await;
    assert_eq!(computed.load(Ordering::Relaxed), 4, "only where it is asked for");
    let refused = bank.answer_to("eve", "{ accountSummaries { nodes { greeting } } }", json!({})).await;
    assert_eq!(super::only_error(&refused), ("FORBIDDEN", &json!(["accountSummaries"])));
    let mut changes = bank.follow("subscription { accountSummaryChanged { row { greeting } } }", json!({}));
    while changes.next().await.unwrap()["accountSummaryChanged"]["row"]["greeting"] != "ada: Bea" {}
    assert!(bank.schema.sdl().contains("\tgreeting: String\n"), "{}", bank.schema.sdl());
}

#[tokio::test]
async fn a_computed_field_has_rows_and_a_name_of_its_own() {
    let bank = Bank::without_projections(Database::sqlite()).await;
    let of_another = Schema::of(&bank.application)
        .field("size", "Of rows that are not there.", async |_, rows: Vec<ShelfItem>| Ok(vec![0_i64; rows.len()]))
        .build();
    assert_eq!(of_another.unwrap_err(), SchemaError::NoRows { to: "ShelfItem" });
    let twice = Schema::of(&bank.application)
        .field("owner", "There is one already.", async |_, rows: Vec<AccountSummary>| Ok(vec![0_i64; rows.len()]))
        .build();
    assert_eq!(twice.unwrap_err(), SchemaError::Clash { names: vec!["AccountSummary.owner".to_owned()] });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_for_each_row_is_expected() {
    let mut bank = Bank::over(Database::sqlite()).await;
    bank.schema = Schema::of(&bank.application)
        .field("wrong", "Of too few rows.", async |_, _: Vec<AccountSummary>| Ok(vec![1_i64]))
        .build()
        .unwrap();
    bank.open("Ada", "100.00").await;
    let (_, position) = bank.open("Bea", "200.00").await;
    let document = "query($position: BigInt) { accountSummaries(minPosition: $position) { nodes { wrong } } }";
    let answer = bank.answer(document, json!({ "position": position })).await;
    assert_eq!(super::only_error(&answer), ("INTERNAL", &json!(["accountSummaries"])));
}
