//! Fragments that spread the next one twice: a walk that follows each spread does not end.

use cqrs_runtime::server::ServerOptions;

use super::client::query;
use super::schema::Running;

/// 2 to the power of `length` fields, on a few lines.
fn chain(length: usize) -> String {
    let links = (0..length).map(|at| format!("fragment F{at} on Query {{ ...F{next} ...F{next} }} ", next = at + 1));
    format!("{{ ...F0 }} {}fragment F{length} on Query {{ hello }}", links.collect::<String>())
}

#[tokio::test]
async fn a_chain_of_fragments_is_refused() {
    let server = Running::start().await;
    // As deep as a document may be nested, and deeper.
    for length in [11, 20, 30, 1_000] {
        let reply = query(server.address, &chain(length)).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "TOO_COMPLEX"), "of {length}");
    }
    assert_eq!(query(server.address, &chain(4)).await.status, 200);
}

/// Where nothing else refuses it, it is counted: one that followed each spread would not end.
#[tokio::test]
async fn a_chain_is_counted_link_by_link() {
    let mut options = ServerOptions::default();
    options.limits.nesting = 1_000;
    let server = Running::with(|server| server.options(options)).await;
    let reply = query(server.address, &chain(200)).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "TOO_COMPLEX"));
    assert_eq!(reply.json()["errors"][0]["extensions"]["limit"], "fields and fragments");
}

#[tokio::test]
async fn a_chain_that_nothing_spreads_is_refused() {
    let server = Running::start().await;
    let document = chain(29).replacen("{ ...F0 }", "{ hello }", 1);
    assert_eq!(query(server.address, &document).await.code(), "TOO_COMPLEX");
}

#[tokio::test]
async fn a_cycle_is_refused() {
    let server = Running::start().await;
    for document in [
        "{ ...F } fragment F on Query { ...F }",
        "{ ...F } fragment F on Query { thing { ...G } } fragment G on Thing { thing { ...G } }",
        "{ ...F } fragment F on Query { ...G ...G } fragment G on Query { ...F ...F }",
        "{ hello } fragment F on Query { ...F }",
    ] {
        let reply = query(server.address, document).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "GRAPHQL_VALIDATION_FAILED"), "of {document}");
    }
}
