//! How a request is read: fragments, aliases, directives, variables, the names of types.

use serde_json::json;

use super::Bank;
use crate::database::{Database, on_both};

on_both! {
    in_threads
    a_request_is_answered_as_it_was_written
    what_is_mentioned_twice_is_done_once
    what_is_mentioned_twice_is_answered_once
    variables_that_have_to_be_given_are
    what_is_not_given_is_not_said
}

async fn a_request_is_answered_as_it_was_written(database: Database) {
    let bank = Bank::over(database).await;
    let (id, position) = bank.open("Ada", "100.00").await;
    let document = "
        query Q($id: UUID!, $position: BigInt, $no: Boolean = false, $yes: Boolean!) {
            __typename
            first: accountSummary(id: $id, minPosition: $position) {
                ...Short
                ... on AccountSummary { status @include(if: $yes) email @skip(if: $yes) }
                ... on Node { id }
                balance { amount }
                __typename
            }
            second: accountSummary(id: $id, minPosition: $position) { o1: owner o2: owner transactions @include(if: $no) }
            none: accountSummary(id: \"0190163d-8694-739b-aea5-966c26f8ad91\", minPosition: $position) { owner }
        }
        fragment Short on AccountSummary { owner balance { currency __typename } }";
    let variables = json!({ "id": id, "position": position, "yes": true });
    let answer = bank.ask(document, variables).await;
    let node = answer["first"]["id"].clone();
    let expected = json!({
        "__typename": "Query",
        "first": {
            "owner": "Ada",
            "balance": { "currency": "USD", "__typename": "Money", "amount": "100.00" },
            "status": "ACTIVE",
            "id": node,
            "__typename": "AccountSummary",
        },
        "second": { "o1": "Ada", "o2": "Ada" },
        "none": null,
    });
    assert_eq!(answer, expected);
    // As the specification has it, in the order of the request.
    let keys: Vec<_> = answer["first"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys.len(), 5);
    let document = "query($id: ID!) { node(id: $id) { __typename ... on AccountSummary { owner } } nodes(ids: [$id, $id]) { id } }";
    let answer = bank.ask(document, json!({ "id": node })).await;
    assert_eq!(answer["node"], json!({ "__typename": "AccountSummary", "owner": "Ada" }));
    assert_eq!(answer["nodes"], json!([{ "id": node }, { "id": node }]));
}

const PAYLOAD: &str = "userErrors { code } version";

async fn what_is_mentioned_twice_is_done_once(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let input =
        |amount: &str| format!("input: {{ accountId: \"{id}\", amount: {{ amount: \"{amount}\", currency: USD }} }}");
    let once = input("1");
    let document = format!(
        "mutation {{ deposit({once}) {{ id }} ...F }} fragment F on Mutation {{ deposit({once}) {{ {PAYLOAD} }} }}"
    );
    let answer = bank.ask(&document, json!({})).await;
    assert_eq!(answer["deposit"], json!({ "id": id, "userErrors": [], "version": "3" }));
    let two = input("2");
    let document =
        format!("mutation {{ deposit({once}) {{ id }} ... on Mutation {{ deposit({two}) {{ {PAYLOAD} }} }} }}");
    let answer = bank.answer(&document, json!({})).await;
    assert!(answer["errors"].is_array(), "{answer:#}");
    let account = bank.ask(&format!("{{ account(id: \"{id}\") {{ version }} }}"), json!({})).await;
    assert_eq!(account["account"]["version"], "3", "nothing was done in two ways");
}

async fn what_is_mentioned_twice_is_answered_once(database: Database) {
    let bank = Bank::over(database).await;
    let (id, position) = bank.open("Ada", "100.00").await;
    let fresh = format!("minPosition: \"{position}\"");
    let document = format!(
        "{{ one: accountSummary(id: \"{id}\", {fresh}) {{ owner }}
            ...F
            accountSummaries({fresh}) {{ totalCount }}
            one: accountSummary(id: \"{id}\", {fresh}) {{ balance {{ amount }} }}
            none: accountSummary(id: \"0190163d-8694-739b-aea5-966c26f8ad91\", {fresh}) {{ owner }}
            none: accountSummary(id: \"0190163d-8694-739b-aea5-966c26f8ad91\", {fresh}) {{ status }} }}
        fragment F on Query {{ accountSummaries({fresh}) {{ nodes {{ owner }} }} }}"
    );
    let answer = bank.ask(&document, json!({})).await;
    let expected = json!({
        "one": { "owner": "Ada", "balance": { "amount": "100.00" } },
        "accountSummaries": { "nodes": [{ "owner": "Ada" }], "totalCount": "1" },
        "none": null,
    });
    assert_eq!(answer, expected);
    let document = "{ accountSummaries(first: 101) { totalCount } accountSummaries(first: 101) { position } }";
    let answer = bank.answer(document, json!({})).await;
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer:#}");
}

async fn variables_that_have_to_be_given_are(database: Database) {
    let bank = Bank::over(database).await;
    let (id, _) = bank.open("Ada", "100.00").await;
    let document = "mutation($input: DepositInput!, $version: BigInt!) {
        deposit(input: $input, expectedVersion: $version) { version } }";
    let input = json!({ "accountId": id, "amount": { "amount": "1", "currency": "USD" } });
    for variables in [json!({ "input": input }), json!({ "input": input, "version": null })] {
        let answer = bank.answer(document, variables).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("version"), "{answer:#}");
    }
    let account = bank.ask(&format!("{{ account(id: \"{id}\") {{ version }} }}"), json!({})).await;
    assert_eq!(account["account"]["version"], "2", "nothing was done without its guard");
}

async fn what_is_not_given_is_not_said(database: Database) {
    let bank = Bank::over(database).await;
    bank.open("Ada", "100.00").await;
    let (_, position) = bank.open("Grace", "100.00").await;
    let document = "query($owner: String, $position: BigInt) {
        accountSummaries(filter: { owner: { eq: $owner } }, minPosition: $position) { totalCount } }";
    let all = bank.ask(document, json!({ "position": position })).await;
    assert_eq!(all["accountSummaries"]["totalCount"], "2");
    let none = bank.ask(document, json!({ "position": position, "owner": null })).await;
    assert_eq!(none["accountSummaries"]["totalCount"], "0");
}
