//! Server-sent events.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{Reply, get, post};
use super::schema::Running;

const EVENTS: &str = "text/event-stream";

/// What a body of chunks holds.
fn unchunked(reply: &Reply) -> String {
    let mut lines = reply.text().split("\r\n");
    let mut text = String::new();
    while let (Some(_length), Some(chunk)) = (lines.next(), lines.next()) {
        text += chunk;
    }
    text
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_events() {
    let server = Running::start().await;
    let expect = "event: next\ndata: {\"data\":{\"count\":1}}\n\nevent: next\ndata: {\"data\":{\"count\":2}}\n\n\
                  event: complete\ndata: null\n\n";
    let body = br#"{"query":"subscription { count(to: 2) }"}"#;
    for accept in [EVENTS, "application/graphql-response+json, application/json, text/event-stream"] {
        let reply = post(server.address, accept, body).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(EVENTS)));
        assert_eq!(unchunked(&reply), expect);
    }
    let reply = get(server.address, "/graphql?query=subscription%7Bcount(to:2)%7D", EVENTS).await;
    assert_eq!(unchunked(&reply), expect);
}

#[tokio::test]
async fn a_query_is_one_event() {
    let server = Running::start().await;
    let reply = post(server.address, EVENTS, br#"{"query":"{ hello }"}"#).await;
    assert!(unchunked(&reply).starts_with("event: next\ndata: {\"data\":{\"hello\":\"world\"}}\n\nevent: complete\n"));
    let refused = post(server.address, EVENTS, br#"{"query":"{"}"#).await;
    assert_eq!(refused.code(), "GRAPHQL_PARSE_FAILED");
    let mutation = get(server.address, "/graphql?query=mutation%7Btouch%7D", EVENTS).await;
    assert_eq!((mutation.status, mutation.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
}

async fn subscribed(server: &Running) -> TcpStream {
    subscribed_to(server, 1).await
}

/// To items of that size, of which some has come.
async fn subscribed_to(server: &Running, size: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let path = format!("/graphql?query=subscription%7Bendless(size:{size})%7D");
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 500]).await.unwrap();
    stream
}

#[tokio::test]
async fn streams_are_limited() {
    let mut options = cqrs_runtime::server::ServerOptions::default();
    options.sockets.open = 1;
    let server = Running::with(|server| server.options(options)).await;
    let stream = subscribed(&server).await;
    let refused = post(server.address, EVENTS, br#"{"query":"{ hello }"}"#).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "UNAVAILABLE"));
    drop(stream);
    server.world.all_ended().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    let mut options = cqrs_runtime::server::ServerOptions::default();
    options.write_timeout = Duration::from_millis(50);
    let server = Running::with(|server| server.options(options)).await;
    let stream = subscribed_to(&server, 64 * 1024).await;
    server.world.all_ended().await;
    drop(stream);
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_subscription() {
    let server = Running::start().await;
    let stream = subscribed(&server).await;
    drop(stream);
    server.world.all_ended().await;
}

#[tokio::test]
async fn the_end_of_the_server_ends_the_stream_without_complete() {
    let mut server = Running::start().await;
    let mut stream = subscribed(&server).await;
    server.begin_shutdown();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(!rest.contains("complete"));
    server.ended().await.unwrap();
}
