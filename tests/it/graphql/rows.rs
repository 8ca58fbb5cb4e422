//! Rows: filters, orders, pages, and what leads from one to others.

use serde_json::{Value as Json, json};

use super::Bank;
use crate::database::{Database, on_both};

on_both! {
    in_threads
    rows_are_chosen_ordered_and_paged
    rows_lead_to_others
    a_question_waits_for_what_was_done
    what_has_not_been_done_yet_is_not_there
}

async fn three(bank: &Bank) -> String {
    bank.open("Ada", "100.00").await;
    bank.open("Grace", "300.00").await;
    bank.open("Hedy", "200.00").await.1
}

fn owners(connection: &Json) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["owner"].as_str().unwrap()).collect()
}

async fn rows_are_chosen_ordered_and_paged(database: Database) {
    let bank = Bank::over(database).await;
    let position = three(&bank).await;
    let document = "
        query($filter: AccountSummaryFilter, $order: [AccountSummaryOrder!], $first: Int, $after: String, $position: BigInt) {
            accountSummaries(filter: $filter, orderBy: $order, first: $first, after: $after, minPosition: $position) {
                nodes { owner }
                edges { cursor node { balance { amount } } }
                totalCount
                pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
                position
            }
        }";
    let order = json!([{ "balance": "DESC" }]);
    let page = bank.ask(document, json!({ "order": order, "first": 2, "position": position })).await;
    let page = &page["accountSummaries"];
    assert_eq!(owners(page), ["Grace", "Hedy"]);
    assert_eq!((&page["totalCount"], &page["position"]), (&json!("3"), &json!(position)));
    assert_eq!(page["pageInfo"]["hasNextPage"], json!(true));
    assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(false));
    assert_eq!(page["edges"][1]["cursor"], page["pageInfo"]["endCursor"]);
    let variables = json!({ "order": order, "first": 2, "after": page["pageInfo"]["endCursor"] });
    let last = bank.ask(document, variables).await;
    let last = &last["accountSummaries"];
    assert_eq!(owners(last), ["Ada"]);
    assert_eq!((&last["pageInfo"]["hasNextPage"], &last["totalCount"]), (&json!(false), &json!("3")));
    let filter = json!({
        "or": [{ "owner": { "containsIgnoringCase": "GRA" } }, { "balance": { "lt": { "amount": "150", "currency": "USD" } } }],
        "status": { "in": ["ACTIVE"] },
        "not": { "currency": { "eq": "EUR" } },
    });
    let chosen = bank.ask(document, json!({ "filter": filter, "order": [{ "owner": "ASC" }] })).await;
    assert_eq!(owners(&chosen["accountSummaries"]), ["Ada", "Grace"]);
    assert_eq!(chosen["accountSummaries"]["totalCount"], "2");
}

async fn rows_lead_to_others(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    bank.open("Grace", "300.00").await;
    bank.deposit(&id, "1").await;
    let position = bank.deposit(&id, "2").await;
    let document = "
        query($id: UUID!, $position: BigInt) {
            accountSummary(id: $id, minPosition: $position) {
                accountStatements(first: 2, orderBy: [{ version: DESC }]) {
                    totalCount
                    nodes { version amount { amount } account { owner } }
                }
            }
            accountStatements(minPosition: $position) { totalCount nodes { account { owner accountId } } }
        }";
    let answer = bank.ask(document, json!({ "id": id, "position": position })).await;
    let expected = json!({
        "totalCount": "3",
        "nodes": [
            { "version": "4", "amount": { "amount": "2.00" }, "account": { "owner": "Ada" } },
            { "version": "3", "amount": { "amount": "1.00" }, "account": { "owner": "Ada" } },
        ],
    });
    assert_eq!(answer["accountSummary"]["accountStatements"], expected);
    let nodes = answer["accountStatements"]["nodes"].as_array().unwrap();
    let of = |owner: &str| nodes.iter().filter(|node| node["account"]["owner"] == owner).count();
    assert_eq!((of("Ada"), of("Grace")), (3, 1));
}

async fn a_question_waits_for_what_was_done(database: Database) {
    let bank = Bank::without_projections(database).await;
    bank.application.read_models().prepare().await.unwrap();
    let (id, position) = bank.open("Ada", "100.00").await;
    let document = "query($id: UUID!, $position: BigInt) { accountSummary(id: $id, minPosition: $position) { owner } }";
    let variables = json!({ "id": id, "position": position });
    let late = bank.answer(document, variables.clone()).await;
    assert_eq!(late["data"], json!({ "accountSummary": null }));
    assert_eq!(super::only_error(&late), ("READ_MODEL_BEHIND", &json!(["accountSummary"])));
    let running = bank.application.read_models().start();
    let answer = bank.ask(document, variables).await;
    assert_eq!(answer["accountSummary"]["owner"], "Ada");
    running.stop().await;
}

async fn what_has_not_been_done_yet_is_not_there(database: Database) {
    let bank = Bank::over(database).await;
    let (id, position) = bank.open("Ada", "100.00").await;
    let position: u64 = position.parse().unwrap();
    let minute = std::time::Duration::from_mins(1);
    bank.application.read_models().wait_for("account_summary", position, minute).await.unwrap();
    let document = "query($id: UUID!, $position: BigInt) { accountSummary(id: $id, minPosition: $position) { owner } }";
    let early = bank.answer(document, json!({ "id": id, "position": position + 1 })).await;
    assert_eq!(early["data"], json!({ "accountSummary": null }));
    assert_eq!(super::only_error(&early), ("READ_MODEL_BEHIND", &json!(["accountSummary"])));
    let told = |what: &str| early["errors"][0]["extensions"][what].clone();
    assert_eq!([told("reached"), told("wanted")], [position, position + 1].map(|position| json!(position.to_string())));
}
