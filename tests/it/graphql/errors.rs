//! What is not understood or not done: a code, and nothing of the inside.

use serde_json::{Value as Json, json};

use super::{Bank, only_error};
use crate::database::{Database, on_both};

on_both! {
    in_threads
    bad_input_is_named
    an_id_that_is_none_costs_the_others_nothing
    what_fails_leaves_the_rest_of_the_answer
    a_cursor_belongs_to_what_was_asked
    a_failing_database_is_not_described
}

async fn bad_input_is_named(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let deposit = |amount: Json| json!({ "input": { "accountId": id, "amount": amount } });
    let document = "mutation($input: DepositInput!) { deposit(input: $input) { version } }";
    // The engine's validation, before anything is asked.
    for wrong in [json!(12), json!({ "amount": "1" }), json!({ "amount": "one", "currency": "USD" })] {
        let answer = bank.answer(document, deposit(wrong)).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("amount"), "{answer:#}");
    }
    let digits = bank.answer(document, deposit(json!({ "amount": "1.234", "currency": "USD" }))).await;
    assert_eq!(only_error(&digits).0, "BAD_USER_INPUT");
    assert!(digits["errors"][0]["message"].as_str().unwrap().starts_with("input.amount: "), "{digits:#}");
    let stale = "{ accountSummaries(after: \"AAAA\") { nodes { owner } } }";
    assert_eq!(only_error(&bank.answer(stale, json!({})).await).0, "STALE_CURSOR");
    let pinned = "mutation($input: DepositInput!) { deposit(input: $input, expectedVersion: \"-1\") { version } }";
    let answer = bank.answer(pinned, deposit(json!({ "amount": "1", "currency": "USD" }))).await;
    assert_eq!(only_error(&answer).0, "BAD_USER_INPUT", "it is not taken for an unpinned one");
    let both = "{ accountSummaries(first: 1, last: 1) { nodes { owner } } }";
    assert_eq!(only_error(&bank.answer(both, json!({})).await).0, "BAD_USER_INPUT");
    let many = "{ accountSummaries(first: 101) { nodes { owner } } }";
    assert_eq!(only_error(&bank.answer(many, json!({})).await).0, "BAD_USER_INPUT");
    let node = "{ node(id: \"nonsense\") { id } }";
    assert_eq!(only_error(&bank.answer(node, json!({})).await).0, "BAD_USER_INPUT");
}

async fn an_id_that_is_none_costs_the_others_nothing(database: Database) {
    let bank = Bank::over(database).await;
    let (id, position) = bank.open("Ada", "100.00").await;
    let one = "query($id: UUID!, $position: BigInt!) { accountSummary(id: $id, minPosition: $position) { id } }";
    let node = bank.ask(one, json!({ "id": id, "position": position })).await["accountSummary"]["id"].clone();
    let document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let answer = bank.answer(document, json!({ "ids": [node, "nonsense", "WyJObyIsMV0", node] })).await;
    assert_eq!(answer["data"]["nodes"], json!([{ "id": node }, null, null, { "id": node }]));
    assert_eq!(only_error(&answer), ("BAD_USER_INPUT", &json!(["nodes", 1])));
    let many = bank.answer(document, json!({ "ids": vec![node; 101] })).await;
    assert_eq!(only_error(&many), ("BAD_USER_INPUT", &json!(["nodes"])));
}

async fn what_fails_leaves_the_rest_of_the_answer(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let document = "query($id: UUID!) {
        accountSummaries(after: \"AAAA\") { nodes { owner } }
        accountEvents(id: $id, after: \"AAAA\") { nodes { __typename } }
        account(id: $id) { owner } }";
    let answer = bank.answer(document, json!({ "id": id })).await;
    let expected = json!({ "accountSummaries": null, "accountEvents": null, "account": { "owner": "Ada" } });
    assert_eq!(answer["data"], expected);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2);
    let twice = "mutation($first: DepositInput!, $second: DepositInput!) {
        first: deposit(input: $first, expectedVersion: \"1\") { version }
        second: deposit(input: $second) { version } }";
    let deposit = json!({ "accountId": id, "amount": { "amount": "1", "currency": "USD" } });
    let answer = bank.answer(twice, json!({ "first": deposit, "second": deposit })).await;
    assert_eq!(answer["data"], json!({ "first": null, "second": { "version": "3" } }), "what was done is told");
    assert_eq!(only_error(&answer), ("CONFLICT", &json!(["first"])));
}

async fn a_cursor_belongs_to_what_was_asked(database: Database) {
    let bank = Bank::over(database).await;
    let (ada, _) = bank.open("Ada", "100.00").await;
    let (grace, position) = bank.open("Grace", "100.00").await;
    let trail =
        "query($id: UUID!, $after: String) { accountEvents(id: $id, after: $after) { pageInfo { endCursor } } }";
    let cursor = bank.ask(trail, json!({ "id": ada })).await["accountEvents"]["pageInfo"]["endCursor"].clone();
    let other = bank.answer(trail, json!({ "id": grace, "after": cursor })).await;
    assert_eq!(only_error(&other).0, "STALE_CURSOR");
    let rows =
        "query($filter: AccountSummaryFilter, $order: [AccountSummaryOrder!], $after: String, $position: BigInt) {
        accountSummaries(filter: $filter, orderBy: $order, after: $after, first: 1, minPosition: $position) {
            pageInfo { endCursor } } }";
    let filter = json!({ "owner": { "startsWith": "A" } });
    let page = bank.ask(rows, json!({ "filter": filter, "position": position })).await;
    let cursor = &page["accountSummaries"]["pageInfo"]["endCursor"];
    bank.ask(rows, json!({ "filter": filter, "after": cursor })).await;
    for other in
        [json!({ "after": cursor }), json!({ "filter": filter, "order": [{ "owner": "ASC" }], "after": cursor })]
    {
        assert_eq!(only_error(&bank.answer(rows, other).await).0, "STALE_CURSOR");
    }
}

async fn a_failing_database_is_not_described(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    bank.application.store().close().await;
    let document = "query($id: UUID!) { account(id: $id) { version } accountSummary(id: $id) { owner } }";
    let answer = bank.answer(document, json!({ "id": id })).await;
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{answer:#}");
    for error in errors {
        let text = error.to_string().to_lowercase();
        for inside in ["sql", "select", "table", ".db", "postgres", "sea", "closed"] {
            assert!(!text.contains(inside), "{error:#}");
        }
    }
}
