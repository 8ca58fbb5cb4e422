//! Mutations: commands, what comes of them, and what does not.

use serde_json::json;

use super::{Bank, only_error};
use crate::database::{Database, on_both};

on_both! {
    in_threads
    what_was_done_is_shown_in_the_answer
    a_refusal_names_the_field
    a_conflict_names_both_versions
    a_repetition_gets_the_first_answer
    the_principal_is_in_the_events
    what_was_done_is_told_where_its_row_is_late
}

const DEPOSIT: &str = "
    mutation($input: DepositInput!, $key: String, $version: BigInt) {
        deposit(input: $input, idempotencyKey: $key, expectedVersion: $version) {
            id version position
            userErrors { field message code }
            accountSummary { owner balance { amount currency } transactions }
        }
    }";

fn deposit(id: &str, amount: &str) -> serde_json::Value {
    json!({ "accountId": id, "amount": { "amount": amount, "currency": "USD" }, "description": "pocket money" })
}

async fn what_was_done_is_shown_in_the_answer(database: Database) {
    let bank = Bank::over(database).await;
    let (id, opened) = bank.open("Ada", "100.00").await;
    let done = bank.ask(DEPOSIT, json!({ "input": deposit(&id, "12.5") })).await;
    let position: u64 = done["deposit"]["position"].as_str().unwrap().parse().unwrap();
    assert!(position > opened.parse().unwrap());
    let expected = json!({
        "id": id,
        "version": "3",
        "position": position.to_string(),
        "userErrors": [],
        "accountSummary": {
            "owner": "Ada", "balance": { "amount": "112.50", "currency": "USD" }, "transactions": "2",
        },
    });
    assert_eq!(done["deposit"], expected);
}

async fn a_refusal_names_the_field(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let refused = bank.ask(DEPOSIT, json!({ "input": deposit(&id, "0") })).await;
    let errors = refused["deposit"]["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["field"], json!(["amount"]));
    assert_eq!(errors[0]["code"], "AMOUNT_NOT_POSITIVE");
    assert_eq!(refused["deposit"]["id"], json!(null));
    assert_eq!(refused["deposit"]["accountSummary"], json!(null));
    let nobody = "0190163d-8694-739b-aea5-966c26f8ad91";
    let unknown = bank.ask(DEPOSIT, json!({ "input": deposit(nobody, "1") })).await;
    assert_eq!(unknown["deposit"]["userErrors"][0]["code"], "NOT_FOUND");
}

async fn a_conflict_names_both_versions(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let refused = bank.answer(DEPOSIT, json!({ "input": deposit(&id, "1"), "version": "1" })).await;
    assert_eq!(only_error(&refused), ("CONFLICT", &json!(["deposit"])));
    let extensions = &refused["errors"][0]["extensions"];
    assert_eq!((&extensions["expectedVersion"], &extensions["actualVersion"]), (&json!("1"), &json!("2")));
    let done = bank.ask(DEPOSIT, json!({ "input": deposit(&id, "1"), "version": "2" })).await;
    assert_eq!(done["deposit"]["version"], "3");
}

async fn a_repetition_gets_the_first_answer(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let sent = json!({ "input": deposit(&id, "1"), "key": "once" });
    let first = bank.ask(DEPOSIT, sent.clone()).await;
    bank.deposit(&id, "5").await;
    let again = bank.ask(DEPOSIT, sent).await;
    assert_eq!(again["deposit"]["position"], first["deposit"]["position"]);
    assert_eq!(again["deposit"]["version"], first["deposit"]["version"]);
    let other = bank.answer(DEPOSIT, json!({ "input": deposit(&id, "2"), "key": "once" })).await;
    assert_eq!(only_error(&other).0, "IDEMPOTENCY_KEY_REUSED");
}

async fn the_principal_is_in_the_events(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    bank.answer_to("grace", DEPOSIT, json!({ "input": deposit(&id, "1") })).await;
    let document = "query($id: UUID!) { accountEvents(id: $id) { nodes { metadata { principal } } } }";
    let trail = bank.ask(document, json!({ "id": id })).await;
    let nodes = trail["accountEvents"]["nodes"].as_array().unwrap();
    let principals: Vec<_> = nodes.iter().map(|node| node["metadata"]["principal"].as_str().unwrap()).collect();
    assert_eq!(principals, ["ada", "ada", "grace"]);
}

async fn what_was_done_is_told_where_its_row_is_late(database: Database) {
    let bank = Bank::without_projections(database).await;
    bank.application.read_models().prepare().await.unwrap();
    let (id, _) = bank.open("Ada", "100.00").await;
    let done = bank.answer(DEPOSIT, json!({ "input": deposit(&id, "1") })).await;
    assert_eq!(done["data"]["deposit"]["version"], "3");
    assert_eq!(done["data"]["deposit"]["accountSummary"], json!(null));
    assert_eq!(only_error(&done), ("READ_MODEL_BEHIND", &json!(["deposit", "accountSummary"])));
}
