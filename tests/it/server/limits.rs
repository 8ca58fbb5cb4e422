//! What a document may ask for.

use cqrs_runtime::server::{Limits, ServerOptions};
use serde_json::{Value, json};

use super::client::{RESPONSE, Reply, post, query};
use super::schema::Running;

/// graphql-js 16 asks so, with all that it may ask for.
pub(crate) const INTROSPECTION: &str = include_str!("introspection.graphql");

async fn with(limits: impl FnOnce(&mut Limits)) -> Running {
    let mut options = ServerOptions::default();
    limits(&mut options.limits);
    Running::with(|server| server.options(options)).await
}

#[track_caller]
fn assert_refused(reply: &Reply, limit: &str, maximum: usize) {
    assert_eq!((reply.status, reply.code().as_str()), (400, "TOO_COMPLEX"));
    let extensions = &reply.json()["errors"][0]["extensions"];
    assert_eq!((&extensions["limit"], &extensions["maximum"]), (&json!(limit), &json!(maximum)));
}

/// `thing { thing { .. name } }`, that many levels of fields.
fn deep(levels: usize) -> String {
    format!("{{ {}name{} }}", "thing { ".repeat(levels - 1), " }".repeat(levels - 1))
}

#[tokio::test]
async fn depth() {
    let server = Running::start().await;
    assert_eq!(query(server.address, &deep(15)).await.status, 200);
    assert_refused(&query(server.address, &deep(16)).await, "levels of fields", 15);
    let split = "{ thing { ...F } } fragment F on Thing { thing { ... on Thing { name } } }";
    let server = with(|limits| limits.depth = 2).await;
    assert_refused(&query(server.address, split).await, "levels of fields", 2);
    let server = with(|limits| limits.depth = 3).await;
    assert_eq!(query(server.address, split).await.status, 200);
}

#[tokio::test]
async fn aliases_wherever_they_are_spread() {
    let server = Running::start().await;
    let aliases = |count: usize| (0..count).map(|at| format!("a{at}: hello")).collect::<Vec<_>>().join(" ");
    assert_eq!(query(server.address, &format!("{{ {} }}", aliases(30))).await.status, 200);
    assert_refused(&query(server.address, &format!("{{ {} }}", aliases(31))).await, "aliases", 30);
    let spread = format!("{{ ...F ...F }} fragment F on Query {{ {} }}", aliases(16));
    assert_refused(&query(server.address, &spread).await, "aliases", 30);
}

#[tokio::test]
async fn directives() {
    let server = Running::start().await;
    let document = |count: usize| format!("{{ hello {} }}", "@include(if: true) ".repeat(count));
    assert_refused(&query(server.address, &document(51)).await, "directives", 50);
}

#[tokio::test]
async fn selections() {
    let server = Running::start().await;
    let document = |count: usize| format!("{{ {} }}", "hello ".repeat(count));
    assert_eq!(query(server.address, &document(2_000)).await.status, 200);
    assert_refused(&query(server.address, &document(2_001)).await, "fields and fragments", 2_000);
}

#[tokio::test]
async fn tokens_and_brackets() {
    let server = Running::start().await;
    let tokens = format!("{{ {} }}", "hello ".repeat(10_000));
    assert_refused(&query(server.address, &tokens).await, "tokens", 10_000);
    // The parser would recurse by them until the stack ends.
    for open in ["[", "{a:"] {
        let document = format!("{{ echo(number: {} }}", open.repeat(100_000 / open.len()));
        let reply = query(server.address, &document).await;
        assert_eq!(reply.code(), "TOO_COMPLEX");
    }
    let types = format!("query($a: {}Int) {{ hello }}", "[".repeat(9_000));
    assert_refused(&query(server.address, &types).await, "brackets within each other", 32);
}

#[tokio::test]
async fn operations() {
    let server = Running::start().await;
    let document = (0..51).map(|at| format!("query Q{at} {{ hello }}")).collect::<Vec<_>>().join(" ");
    assert_refused(&query(server.address, &document).await, "operations", 50);
}

#[tokio::test]
async fn what_is_not_run_counts_too() {
    let server = with(|limits| limits.depth = 3).await;
    let other = json!({ "query": format!("query A {{ hello }} query B {}", deep(4)), "operationName": "A" });
    assert_refused(&post(server.address, RESPONSE, other.to_string().as_bytes()).await, "levels of fields", 3);
    let unused = "{ hello } fragment F on Query { thing { thing { thing { name } } } }";
    assert_refused(&query(server.address, unused).await, "levels of fields", 3);
}

#[tokio::test]
async fn only_what_is_run_is_answered() {
    let server = with(|limits| limits.complexity = 50).await;
    let operation = |name: &str, first: usize| {
        format!("query {name}($n: Int = {first}) {{ thing {{ list(first: $n) {{ ...F }} }} }} ")
    };
    let document = format!("{}{} fragment F on Thing {{ name }}", operation("Few", 5), operation("Many", 500));
    let asked = async |name: &str| {
        let body = json!({ "query": document, "operationName": name });
        post(server.address, RESPONSE, body.to_string().as_bytes()).await
    };
    assert_eq!(asked("Few").await.status, 200);
    assert_refused(&asked("Many").await, "fields of the answer", 50);
}

async fn complexity(document: &str, variables: Value, expect: usize) {
    let body = json!({ "query": document, "variables": variables }).to_string();
    let server = with(|limits| limits.complexity = expect).await;
    let reply = post(server.address, RESPONSE, body.as_bytes()).await;
    assert_eq!(reply.status, 200, "{document} comes to {expect} at most: {}", reply.text());
    let server = with(|limits| limits.complexity = expect - 1).await;
    let reply = post(server.address, RESPONSE, body.as_bytes()).await;
    assert_refused(&reply, "fields of the answer", expect - 1);
}

#[tokio::test]
async fn complexity_counts_pages() {
    complexity("{ hello thing { name } }", json!({}), 3).await;
    // thing, things, its name, and ten rows of nodes and name.
    complexity("{ thing { things(first: 10) { name nodes { name } } } }", json!({}), 3 + 10 * 2).await;
    complexity("{ thing { things(last: 10) { ...F } } } fragment F on Thing { nodes { name } }", json!({}), 2 + 20)
        .await;
    // A page that is not stated.
    complexity("{ thing { things { nodes { name } } } }", json!({}), 2 + 20 * 2).await;
    complexity("{ thing { list(first: 7) { name late } } }", json!({}), 2 + 7 * 2).await;
    let variable = "query($n: Int = 5) { thing { things(first: $n) { nodes { name } } } }";
    complexity(variable, json!({}), 2 + 5 * 2).await;
    complexity(variable, json!({ "n": 50 }), 2 + 50 * 2).await;
}

#[tokio::test]
async fn pages_within_pages_multiply() {
    let server = Running::start().await;
    let document = "{ thing { things(first: 200) { nodes { things(first: 200) { nodes { name } } } } } }";
    assert_refused(&query(server.address, document).await, "fields of the answer", 10_000);
    let huge = "{ thing { things(first: 18446744073709551615) { nodes { name } } } }";
    assert_refused(&query(server.address, huge).await, "fields of the answer", 10_000);
}

#[tokio::test]
async fn introspection_passes_unless_it_is_switched_off() {
    let server = Running::start().await;
    let reply = query(server.address, INTROSPECTION).await;
    assert_eq!((reply.status, reply.json().get("errors")), (200, None));
    let server = Running::with(|server| server.options(ServerOptions::production())).await;
    for document in [INTROSPECTION, "{ ...F } fragment F on Query { a: __type(name: \"Query\") { name } }"] {
        let reply = query(server.address, document).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "INTROSPECTION_DISABLED"));
    }
    assert_eq!(query(server.address, "{ __typename }").await.json(), json!({ "data": { "__typename": "Query" } }));
}

#[tokio::test]
async fn suggestions_are_left_out_where_they_are_switched_off() {
    let server = Running::start().await;
    assert!(query(server.address, "{ helo }").await.text().contains("Did you mean"));
    let server = Running::with(|server| server.options(ServerOptions::production())).await;
    let reply = query(server.address, "{ helo }").await;
    assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED");
    assert!(!reply.text().contains("hello"));
}
