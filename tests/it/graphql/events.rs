//! States as of some time, and audit trails.

use serde_json::{Value as Json, json};

use super::{Bank, only_error};
use crate::database::{Database, on_both};

on_both! {
    in_threads
    a_state_is_told_as_of_a_version_a_position_or_a_moment
    a_trail_is_paged_in_both_directions
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
