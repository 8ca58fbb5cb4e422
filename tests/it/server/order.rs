//! The keys of an answer are in the order of the selection, whatever gets done first.

use super::client::{post, query};
use super::schema::Running;

async fn check(document: &str, expect: &str) {
    let server = Running::start().await;
    let reply = query(server.address, document).await;
    assert_eq!(reply.text(), format!("{{\"data\":{expect}}}"), "of {document}");
}

#[tokio::test]
async fn fields_at_the_root() {
    check("{ late { name } hello }", r#"{"late":{"name":"thing"},"hello":"world"}"#).await;
    check("{ b: late { name } a: hello }", r#"{"b":{"name":"thing"},"a":"world"}"#).await;
}

#[tokio::test]
async fn fields_below() {
    check("{ thing { late name } }", r#"{"thing":{"late":"late","name":"thing"}}"#).await;
    check("{ thing { list { late name } } }", r#"{"thing":{"list":[{"late":"late","name":"thing"}]}}"#).await;
}

#[tokio::test]
async fn fields_of_fragments() {
    let document = "{ ...F hello ... on Query { thing { name } } } fragment F on Query { late { name } }";
    check(document, r#"{"late":{"name":"thing"},"hello":"world","thing":{"name":"thing"}}"#).await;
    let merged = "{ thing { late } hello ...F } fragment F on Query { thing { name late } }";
    check(merged, r#"{"thing":{"late":"late","name":"thing"},"hello":"world"}"#).await;
}

#[tokio::test]
async fn what_is_skipped_has_no_place() {
    let document = "{ hello @skip(if: true) late { name } hello }";
    check(document, r#"{"late":{"name":"thing"},"hello":"world"}"#).await;
    let server = Running::start().await;
    let body = r#"{"query":"query($no: Boolean! = false) { hello @include(if: $no) late { name } hello }"}"#;
    let reply = post(server.address, "application/json", body.as_bytes()).await;
    assert_eq!(reply.text(), r#"{"data":{"late":{"name":"thing"},"hello":"world"}}"#);
}
