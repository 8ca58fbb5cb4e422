//! Whether a server runs, is ready, and what it counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cqrs_runtime::server::ServerOptions;
use serde_json::json;

use super::client::{get, query};
use super::schema::Running;

#[tokio::test]
async fn a_server_is_ready_once_all_checks_hold() {
    let migrated = Arc::new(AtomicBool::new(false));
    let check = Arc::clone(&migrated);
    let server = Running::with(|server| {
        let migrations = move || {
            let done = check.load(Ordering::SeqCst);
            async move { if done { Ok(()) } else { Err("migrations are missing".to_owned()) } }
        };
        server.ready("migrations", migrations).ready("database", async || Ok(()))
    })
    .await;
    assert_eq!(get(server.address, "/healthz", "*/*").await.status, 200);
    let reply = get(server.address, "/readyz", "*/*").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.json(), json!({ "migrations": "migrations are missing", "database": "ok" }));
    migrated.store(true, Ordering::SeqCst);
    let reply = get(server.address, "/readyz", "*/*").await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "migrations": "ok", "database": "ok" })));
}

#[tokio::test]
async fn a_check_that_hangs_does_not_hold() {
    let server = Running::with(|server| {
        let mut options = ServerOptions::default();
        options.check_timeout = Duration::from_millis(50);
        server.options(options).ready("database", std::future::pending)
    })
    .await;
    let reply = get(server.address, "/readyz", "*/*").await;
    assert_eq!((reply.status, reply.json()), (503, json!({ "database": "took too long" })));
}

#[tokio::test]
async fn operations_are_counted_by_what_they_were_and_how_they_ended() {
    let server = Running::with(|server| server.metrics(|| "mine 7\n".to_owned())).await;
    for document in ["{ hello }", "{ hello }", "{ fails }", "{ missing }", "{", "mutation { touch }"] {
        query(server.address, document).await;
    }
    let reply = get(server.address, "/metrics", "*/*").await;
    let operations = "graphql_operations_total";
    for line in [
        &format!("{operations}{{type=\"query\",outcome=\"ok\"}} 2"),
        &format!("{operations}{{type=\"query\",outcome=\"errors\"}} 1"),
        &format!("{operations}{{type=\"query\",outcome=\"refused\"}} 1"),
        &format!("{operations}{{type=\"unknown\",outcome=\"refused\"}} 1"),
        &format!("{operations}{{type=\"mutation\",outcome=\"ok\"}} 1"),
        "graphql_operation_seconds_bucket{type=\"query\",le=\"+Inf\"} 4",
        "http_connections 1",
        "mine 7",
    ] {
        assert!(reply.text().lines().any(|found| found == line), "{line} in {}", reply.text());
    }
}
