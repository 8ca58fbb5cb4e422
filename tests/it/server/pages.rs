//! `GraphiQL`, for people with a browser.

use cqrs_runtime::server::ServerOptions;

use super::client::{get, send};
use super::schema::Running;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_browser_gets_the_page_and_all_of_its_files() {
    let server = Running::start().await;
    for path in ["/graphql", "/graphiql"] {
        let page = get(server.address, path, BROWSER).await;
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("http"));
        assert!(!page.text().contains("://"), "no other host is named");
        let mut files = 0;
        for link in page.text().split(['"']).filter(|text| text.starts_with("graphiql/")) {
            let file = get(server.address, &format!("/{link}"), "*/*").await;
            assert_eq!(file.status, 200, "of {link}");
            assert!(!file.body.is_empty());
            files += 1;
        }
        assert_eq!(files, 6);
    }
    // With a query in its address, it wants an answer.
    let asked = get(server.address, "/graphql?query=%7Bhello%7D", BROWSER).await;
    assert_eq!(asked.header("content-type"), Some("application/json; charset=utf-8"));
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let server = Running::start().await;
    let file = get(server.address, "/graphiql/react.js", "*/*").await;
    assert_eq!(file.header("content-encoding"), Some("gzip"));
    assert_eq!(file.body[..2], [0x1f, 0x8b], "compressed");
    let tag = file.header("etag").unwrap();
    let head = format!("GET /graphiql/react.js HTTP/1.1\r\nIf-None-Match: {tag}\r\n");
    let again = send(server.address, &head, b"").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[tokio::test]
async fn the_page_can_be_switched_off() {
    let server = Running::with(|server| server.options(ServerOptions::production())).await;
    assert_eq!(get(server.address, "/graphiql", BROWSER).await.status, 404);
    assert_eq!(get(server.address, "/graphiql/react.js", BROWSER).await.status, 404);
    assert_eq!(get(server.address, "/graphql", BROWSER).await.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn other_paths_are_served_beside() {
    let mine = axum::Router::new().route("/", axum::routing::get(async || "mine"));
    let server = Running::with(|server| server.routes(mine)).await;
    assert_eq!(get(server.address, "/", BROWSER).await.text(), "mine");
    assert_eq!(get(server.address, "/healthz", BROWSER).await.text(), "ok");
}
