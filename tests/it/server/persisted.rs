//! Documents that are registered, and no others.

use std::fmt::Write as _;

use cqrs_runtime::server::{PersistedQueries, PersistedQueriesError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{RESPONSE, Reply, get, post};
use super::schema::Running;

fn hash(document: &str) -> String {
    Sha256::digest(document).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

async fn ask(server: &Running, body: Value) -> Reply {
    post(server.address, RESPONSE, body.to_string().as_bytes()).await
}

fn by_hash(hash: &str) -> Value {
    json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } })
}

#[tokio::test]
async fn what_is_registered_runs_and_nothing_else() {
    let server = Running::with(|server| server.persisted_queries(PersistedQueries::new(["{ hello }"]))).await;
    let expect = json!({ "data": { "hello": "world" } });
    assert_eq!(ask(&server, by_hash(&hash("{ hello }"))).await.json(), expect);
    assert_eq!(ask(&server, json!({ "query": "{ hello }" })).await.json(), expect);
    let reply = ask(&server, json!({ "query": "{ hello hello }" })).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "PERSISTED_QUERY_REQUIRED"));
    // A text under a hash that is registered for another is not taken for that.
    let mut other = by_hash(&hash("{ hello }"));
    other["query"] = json!("{ who }");
    assert_eq!(ask(&server, other).await.code(), "PERSISTED_QUERY_REQUIRED");
    let reply = ask(&server, by_hash(&hash("{ who }"))).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(reply.json()["errors"][0]["message"], "PersistedQueryNotFound");
    let extensions = format!("%7B%22persistedQuery%22:%7B%22sha256Hash%22:%22{}%22%7D%7D", hash("{ hello }"));
    assert_eq!(get(server.address, &format!("/graphql?extensions={extensions}"), RESPONSE).await.json(), expect);
}

#[tokio::test]
async fn without_a_list_hashes_are_not_known() {
    let server = Running::start().await;
    assert_eq!(ask(&server, by_hash(&hash("{ hello }"))).await.code(), "PERSISTED_QUERY_NOT_SUPPORTED");
}

#[tokio::test]
async fn lists_are_loaded_from_files_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("documents.json");
    std::fs::write(&file, json!({ hash("{ hello }"): "{ hello }" }).to_string()).unwrap();
    std::fs::write(folder.path().join("who.graphql"), "{ who }").unwrap();
    let from_file = PersistedQueries::load(&file).unwrap();
    let server = Running::with(|server| server.persisted_queries(from_file)).await;
    assert_eq!(ask(&server, by_hash(&hash("{ hello }"))).await.status, 200);
    assert_eq!(ask(&server, by_hash(&hash("{ who }"))).await.status, 400);
    let from_folder = PersistedQueries::load(folder.path()).unwrap();
    let server = Running::with(|server| server.persisted_queries(from_folder)).await;
    assert_eq!(ask(&server, by_hash(&hash("{ who }"))).await.status, 200);
    std::fs::write(&file, json!({ hash("{ who }"): "{ hello }" }).to_string()).unwrap();
    let wrong = PersistedQueries::load(&file);
    assert!(matches!(wrong, Err(PersistedQueriesError::Hash { actual, .. }) if actual == hash("{ hello }")));
    std::fs::write(&file, "[]").unwrap();
    assert!(matches!(PersistedQueries::load(&file), Err(PersistedQueriesError::Shape { .. })));
    let missing = PersistedQueries::load(folder.path().join("missing"));
    assert!(matches!(missing, Err(PersistedQueriesError::Read { .. })));
}
