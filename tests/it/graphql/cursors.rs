//! Cursors: those of another question, of nobody, or of somebody who has tampered with one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::shelf::{Shelves, items};
use crate::database::{Database, on_both};

on_both! {
    in_threads
    a_cursor_belongs_to_its_question
    bounds_that_mean_nothing_are_refused
}

const DOCUMENT: &str = "
    query($filter: ShelfItemFilter, $order: [ShelfItemOrder!], $first: Int, $after: String, $last: Int) {
        shelf(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last) {
            nodes { item }
            pageInfo { endCursor hasNextPage }
        }
    }";

async fn filled(database: Database) -> Shelves {
    let shelves = Shelves::over(database).await;
    let mut runner = TestRunner::deterministic();
    let rows = items(5..6).new_tree(&mut runner).unwrap().current();
    shelves.put("", &rows).await;
    shelves
}

/// The code of the error, if it is one.
async fn code(shelves: &Shelves, variables: Json) -> String {
    let answer = shelves.answer("", DOCUMENT, variables).await;
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

async fn end_of(shelves: &Shelves, variables: Json) -> String {
    let answer = shelves.answer("", DOCUMENT, variables).await;
    answer["data"]["shelf"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned()
}

async fn a_cursor_belongs_to_its_question(database: Database) {
    let shelves = filled(database).await;
    let (filter, order) = (json!({ "stock": { "gte": "0" } }), json!([{ "offer": "DESC" }]));
    let after = end_of(&shelves, json!({ "filter": filter, "order": order, "first": 1 })).await;
    // Another page of the same question, and the same filter written otherwise.
    for filter in [filter.clone(), json!({ "stock": { "gte": "00" } })] {
        assert_eq!(code(&shelves, json!({ "filter": filter, "order": order, "first": 3, "after": after })).await, "");
        assert_eq!(code(&shelves, json!({ "filter": filter, "order": order, "last": 3, "after": after })).await, "");
    }
    for other in [
        json!({ "order": order, "after": after }),
        json!({ "filter": { "stock": { "gte": "1" } }, "order": order, "after": after }),
        json!({ "filter": filter, "after": after }),
        json!({ "filter": filter, "order": [{ "offer": "ASC" }], "after": after }),
        json!({ "filter": filter, "order": [{ "offer": "DESC" }, { "note": "ASC" }], "after": after }),
        json!({ "filter": filter, "order": order, "after": format!("{after}A") }),
        json!({ "filter": filter, "order": order, "after": "" }),
    ] {
        assert_eq!(code(&shelves, other.clone()).await, "STALE_CURSOR", "{other}");
    }
}

async fn bounds_that_mean_nothing_are_refused(database: Database) {
    let shelves = filled(database).await;
    for bounds in
        [json!({ "first": 1, "last": 1 }), json!({ "first": -1 }), json!({ "last": -1 }), json!({ "first": 101 })]
    {
        assert_eq!(code(&shelves, bounds.clone()).await, "BAD_USER_INPUT", "{bounds}");
    }
    let answer = shelves.answer("", DOCUMENT, json!({ "first": 0, "last": null, "after": null })).await;
    let nothing = json!({ "nodes": [], "pageInfo": { "endCursor": null, "hasNextPage": true } });
    assert_eq!(answer["data"]["shelf"], nothing, "{answer:#}");
}

/// Something else in a cursor.
fn json_of_any_kind() -> impl Strategy<Value = Json> {
    let leaves = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaves.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::hash_map("amount|currency|width|height", inner, 0..3)
                .prop_map(|parts| parts.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// What stands where in a cursor that is tampered with.
#[derive(Clone, Debug)]
enum Tampered {
    Text(String),
    Bytes(Vec<u8>),
    Part(usize, Json),
    Without(usize),
}

fn tampered() -> impl Strategy<Value = Tampered> {
    prop_oneof![
        any::<String>().prop_map(Tampered::Text),
        any::<Vec<u8>>().prop_map(Tampered::Bytes),
        (0_usize..9, json_of_any_kind()).prop_map(|(part, json)| Tampered::Part(part, json)),
        (0_usize..9).prop_map(Tampered::Without),
    ]
}

#[test]
fn what_is_tampered_with_is_stale_or_leads_to_rows() {
    let runtime = Runtime::new().unwrap();
    let shelves = runtime.block_on(filled(Database::sqlite()));
    let order =
        json!([{ "offer": "DESC" }, { "stock": "ASC" }, { "weight": "ASC" }, { "size": "DESC" }, { "note": "DESC" }]);
    let cursor = runtime.block_on(end_of(&shelves, json!({ "order": order, "first": 2 })));
    let parts: Vec<Json> = serde_json::from_slice(&BASE64.decode(cursor).unwrap()).unwrap();
    assert_eq!(parts.len(), 9);
    let config = Config { cases: 500, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&tampered(), |tampered| {
        let mut parts = parts.clone();
        let encoded = |parts: &[Json]| BASE64.encode(json!(parts).to_string());
        let (cursor, may_lead) = match tampered.clone() {
            Tampered::Text(text) => (text, false),
            Tampered::Bytes(bytes) => (BASE64.encode(bytes), false),
            Tampered::Part(part, json) => {
                parts[part] = json;
                (encoded(&parts), part > 1)
            }
            Tampered::Without(part) => {
                parts.remove(part);
                (encoded(&parts), false)
            }
        };
        let code = runtime.block_on(code(&shelves, json!({ "order": order, "after": cursor })));
        prop_assert!(code == "STALE_CURSOR" || may_lead && code.is_empty(), "{:?}: {}", tampered, code);
        Ok(())
    });
    outcome.unwrap();
}
