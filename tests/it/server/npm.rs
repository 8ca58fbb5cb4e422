//! Clients of other makers, of `tests/clients`.

use super::schema::Running;
use crate::node::Package;

async fn client(script: &str, server: &Running) -> String {
    let url = format!("http://{}/graphql", server.address);
    let said = Package::installed("tests/clients").await.run("node", &[script, &url], &[]).await;
    said.trim().to_owned()
}

#[tokio::test]
async fn all_audits_of_graphql_http_are_ok() {
    let server = Running::start().await;
    assert_eq!(client("audit.js", &server).await, "61 of 61 audits are ok");
}

#[tokio::test]
async fn graphql_js_builds_the_schema() {
    let server = Running::start().await;
    assert_eq!(client("introspect.js", &server).await, "the schema is valid");
}

#[tokio::test]
async fn graphql_ws_and_graphql_sse_are_served() {
    let server = Running::start().await;
    assert_eq!(client("subscribe.js", &server).await, "both clients are content");
    server.world.all_ended().await;
}
