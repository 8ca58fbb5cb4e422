//! States as of some time, and audit trails.

use futures_util::StreamExt;
use serde_json::{Value as Json, json};

use super::{Bank, only_error};
use crate::database::{Database, on_both};

on_both! {
    in_threads
    a_state_is_told_as_of_a_version_a_position_or_a_moment
    a_trail_is_paged_in_both_directions
    a_page_of_great_events_is_shorter
}

async fn a_state_is_told_as_of_a_version_a_position_or_a_moment(database: Database) {
    let bank = Bank::over(database).await;
    let (id, opened) = bank.open("Ada", "100.00").await;
    bank.deposit(&id, "5").await;
    let document = "query($id: UUID!, $asOf: AsOf) { account(id: $id, asOf: $asOf) {
        id version position recordedAt balance { amount } status __typename } }";
    let now = bank.ask(document, json!({ "id": id })).await;
    assert_eq!(now["account"]["balance"]["amount"], "105.00");
    let before = bank.ask(document, json!({ "id": id, "asOf": { "version": "2" } })).await;
    let at = before["account"]["recordedAt"].clone();
    let expected = json!({
        "id": id, "version": "2", "position": opened, "recordedAt": at,
        "balance": { "amount": "100.00" }, "status": "ACTIVE", "__typename": "Account",
    });
    assert_eq!(before["account"], expected);
    for as_of in [json!({ "position": opened }), json!({ "time": at })] {
        let same = bank.ask(document, json!({ "id": id, "asOf": as_of })).await;
        assert_eq!(same, before);
    }
    let earlier = bank.ask(document, json!({ "id": id, "asOf": { "time": "2001-01-01T00:00:00Z" } })).await;
    assert_eq!(earlier, json!({ "account": null }));
    let both = json!({ "id": id, "asOf": { "version": "2", "position": opened } });
    assert!(bank.answer(document, both).await["errors"][0]["message"].is_string());
}

const TRAIL: &str = "
    query($id: UUID!, $first: Int, $after: String, $last: Int, $before: String) {
        accountEvents(id: $id, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { __typename metadata { version cursor } ... on MoneyDeposited { amount { amount } } } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }";

fn versions(page: &Json) -> Vec<&str> {
    let edges = page["accountEvents"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["metadata"]["version"].as_str().unwrap()).collect()
}

async fn a_trail_is_paged_in_both_directions(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    for amount in ["1", "2", "3"] {
        bank.deposit(&id, amount).await;
    }
    let page = bank.ask(TRAIL, json!({ "id": id, "first": 2 })).await;
    assert_eq!(versions(&page), ["1", "2"]);
    let edges = &page["accountEvents"]["edges"];
    assert_eq!(edges[0]["node"]["__typename"], "AccountOpened");
    assert_eq!(edges[1]["node"]["amount"]["amount"], "100.00");
    assert_eq!(edges[1]["node"]["metadata"]["cursor"], edges[1]["cursor"]);
    let info = &page["accountEvents"]["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(true), &json!(false)));
    let rest = bank.ask(TRAIL, json!({ "id": id, "after": info["endCursor"] })).await;
    assert_eq!(versions(&rest), ["3", "4", "5"]);
    let info = &rest["accountEvents"]["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(false), &json!(true)));
    let last = bank.ask(TRAIL, json!({ "id": id, "last": 2 })).await;
    assert_eq!(versions(&last), ["4", "5"]);
    let info = &last["accountEvents"]["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(false), &json!(true)));
    let before = bank.ask(TRAIL, json!({ "id": id, "last": 2, "before": info["startCursor"] })).await;
    assert_eq!(versions(&before), ["2", "3"]);
    let stale = bank.answer(TRAIL, json!({ "id": id, "after": "bm90IG91cnM" })).await;
    assert_eq!(only_error(&stale).0, "STALE_CURSOR");
}

/// More than 4 MiB are no page, however many events were asked for.
async fn a_page_of_great_events_is_shorter(database: Database) {
    let bank = Bank::without_projections(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    for _ in 0..10 {
        let amount = json!({ "amount": "1", "currency": "USD" });
        let input = json!({ "accountId": id, "amount": amount, "description": "x".repeat(1 << 20) });
        let document = "mutation($input: DepositInput!) { deposit(input: $input) { version } }";
        bank.ask(document, json!({ "input": input })).await;
    }
    let all: Vec<String> = (1..=12).map(|version| version.to_string()).collect();
    let (mut seen, mut after, mut pages) = (Vec::new(), Json::Null, 0);
    loop {
        let page = bank.ask(TRAIL, json!({ "id": id, "first": 100, "after": after })).await;
        seen.extend(versions(&page).into_iter().map(str::to_owned));
        let info = &page["accountEvents"]["pageInfo"];
        (pages, after) = (pages + 1, info["endCursor"].clone());
        if info["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!((&seen, pages), (&all, 3));
    let (mut seen, mut before) = (Vec::new(), Json::Null);
    loop {
        let page = bank.ask(TRAIL, json!({ "id": id, "last": 100, "before": before })).await;
        let shown: Vec<String> = versions(&page).into_iter().map(str::to_owned).collect();
        seen = [shown, seen].concat();
        let info = &page["accountEvents"]["pageInfo"];
        before = info["startCursor"].clone();
        if info["hasPreviousPage"] == false {
            break;
        }
    }
    assert_eq!(seen, all);
}

/// A backup without the last event takes the log's place, and others are appended.
async fn a_cursor_of_a_lost_event_is_stale(database: Database, lose: &str) {
    let bank = Bank::without_projections(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    bank.deposit(&id, "1").await;
    let page = bank.ask(TRAIL, json!({ "id": id })).await;
    let edges = page["accountEvents"]["edges"].as_array().unwrap();
    let [kept, gone] = [&edges[1]["cursor"], &edges[2]["cursor"]];
    bank.database.execute(lose).await;
    for _ in 0..2 {
        bank.deposit(&id, "2").await;
    }
    let rest = bank.ask(TRAIL, json!({ "id": id, "after": kept })).await;
    assert_eq!(versions(&rest), ["3", "4"]);
    for arguments in [json!({ "id": id, "after": gone }), json!({ "id": id, "last": 2, "before": gone })] {
        let answer = bank.answer(TRAIL, arguments).await;
        assert_eq!(only_error(&answer), ("STALE_CURSOR", &json!(["accountEvents"])));
    }
    let document = "subscription($id: UUID!, $after: String) { accountEvents(id: $id, after: $after) { __typename } }";
    let answers: Vec<Json> = bank.answers(document, json!({ "id": id, "after": gone })).collect().await;
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert_eq!(only_error(&answers[0]).0, "STALE_CURSOR");
}

#[tokio::test]
async fn a_cursor_of_a_lost_event_is_stale_on_sqlite() {
    let lose = "DROP TRIGGER cqrs_events_never_go; DELETE FROM cqrs_events WHERE position = 3;
        UPDATE sqlite_sequence SET seq = 2 WHERE name = 'cqrs_events'";
    a_cursor_of_a_lost_event_is_stale(Database::sqlite(), lose).await;
}

#[tokio::test]
async fn a_cursor_of_a_lost_event_is_stale_on_postgres() {
    let lose = "ALTER TABLE cqrs_events DISABLE TRIGGER USER; DELETE FROM cqrs_events WHERE position = 3;
        ALTER SEQUENCE cqrs_events_position_seq RESTART WITH 3";
    a_cursor_of_a_lost_event_is_stale(Database::postgres().await, lose).await;
}
