//! Subscriptions: events and rows as they come.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use serde_json::{Value as Json, json};

use super::{Bank, only_error};
use crate::database::{Database, on_both};
use crate::projecting::killed::LONG;

on_both! {
    in_threads
    events_are_followed_and_resumed_without_a_gap
    great_events_are_followed_without_a_gap
    rows_are_followed_by_a_filter
    one_field_is_followed_that_stands_there
}

const EVENTS: &str = "subscription($id: UUID!, $after: String) {
    accountEvents(id: $id, after: $after) { __typename metadata { version cursor } ... on MoneyDeposited { amount { amount } } } }";

fn version(item: &Json) -> u64 {
    item["accountEvents"]["metadata"]["version"].as_str().unwrap().parse().unwrap()
}

async fn events_are_followed_and_resumed_without_a_gap(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let (other, _) = bank.open("Grace", "100.00").await;
    let (mut seen, mut after) = (Vec::new(), Json::Null);
    for round in 0..5 {
        let mut events = bank.follow(EVENTS, json!({ "id": id, "after": after }));
        // Some are there when it begins, and some come then.
        bank.deposit(&id, "1").await;
        bank.deposit(&other, "1").await;
        for _ in 0..if round == 0 { 3 } else { 1 } {
            let item = events.next().await.unwrap();
            seen.push(version(&item));
            after = item["accountEvents"]["metadata"]["cursor"].clone();
        }
        drop(events);
        bank.deposit(&id, "1").await;
    }
    let rest = bank.follow(EVENTS, json!({ "id": id, "after": after }));
    let rest: Vec<_> = rest.take(5).map(|item| version(&item)).collect().await;
    seen.extend(rest);
    let all: Vec<u64> = (1..=12).collect();
    assert_eq!(seen, all);
}

/// More than is read at once, by bytes: what is left is read without waiting for something new.
async fn great_events_are_followed_without_a_gap(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let document = "mutation($input: DepositInput!) { deposit(input: $input) { userErrors { message } } }";
    for _ in 0..6 {
        let amount = json!({ "amount": "1", "currency": "USD" });
        let input = json!({ "accountId": id, "amount": amount, "description": "x".repeat(30 << 10) });
        assert_eq!(bank.ask(document, json!({ "input": input })).await["deposit"]["userErrors"], json!([]));
    }
    let events = bank.follow(EVENTS, json!({ "id": id }));
    let all = events.take(8).map(|item| version(&item)).collect::<Vec<_>>();
    let all = tokio::time::timeout(LONG, all).await.expect("nothing is left unread");
    assert_eq!(all, (1..=8).collect::<Vec<_>>());
}

async fn rows_are_followed_by_a_filter(database: Database) {
    let bank = Bank::over(database).await;
    let (ada, _) = bank.open("Ada", "100.00").await;
    let (_, position) = bank.open("Grace", "300.00").await;
    for model in bank.application.read_models().names() {
        bank.application
            .read_models()
            .wait_for(model, position.parse().unwrap(), std::time::Duration::from_mins(1))
            .await
            .unwrap();
    }
    let document = "subscription($filter: AccountSummaryFilter) {
        accountSummaryChanged(filter: $filter) { kind id position row { owner balance { amount } } } }";
    let filter = json!({ "balance": { "lt": { "amount": "200", "currency": "USD" } } });
    let mut changes = bank.follow(document, json!({ "filter": filter }));
    let mut rows = BTreeMap::new();
    let mut take = async |rows: &mut BTreeMap<String, Json>| {
        let change = changes.next().await.unwrap()["accountSummaryChanged"].clone();
        match change["kind"].as_str().unwrap() {
            "RESET" => rows.clear(),
            "UPSERT" => drop(rows.insert(change["id"].as_str().unwrap().to_owned(), change["row"].clone())),
            "REMOVED" => drop(rows.remove(change["id"].as_str().unwrap())),
            other => panic!("{other}"),
        }
    };
    while rows.is_empty() {
        take(&mut rows).await;
    }
    assert_eq!(rows.values().next().unwrap(), &json!({ "owner": "Ada", "balance": { "amount": "100.00" } }));
    bank.deposit(&ada, "50").await;
    while rows.values().next().unwrap()["balance"]["amount"] != "150.00" {
        take(&mut rows).await;
    }
    bank.deposit(&ada, "50").await;
    while !rows.is_empty() {
        take(&mut rows).await;
    }
}

async fn one_field_is_followed_that_stands_there(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let field = format!("accountEvents(id: \"{id}\") {{ __typename }}");
    let expected = [
        (format!("subscription {{ a: {field} b: {field} }}"), "a subscription asks for one field: make one for each"),
        (
            format!("subscription {{ ...F }} fragment F on Subscription {{ {field} }}"),
            "a subscription names its field itself, and not in a fragment",
        ),
        (
            format!("subscription {{ ... on Subscription {{ {field} }} }}"),
            "a subscription names its field itself, and not in a fragment",
        ),
    ];
    for (document, message) in expected {
        let answers: Vec<_> = bank.answers(&document, json!({})).collect().await;
        assert_eq!(answers.len(), 1, "{answers:#?}");
        assert_eq!(only_error(&answers[0]).0, "BAD_USER_INPUT");
        assert_eq!(answers[0]["errors"][0]["message"], message);
    }
    // What is mentioned twice is one field.
    let twice = format!("subscription {{ {field} {field} }}");
    let first: Vec<_> = bank.follow(&twice, json!({})).take(2).collect().await;
    let types: Vec<_> = first.iter().map(|item| &item["accountEvents"]["__typename"]).collect();
    assert_eq!(types, ["AccountOpened", "MoneyDeposited"]);
}
