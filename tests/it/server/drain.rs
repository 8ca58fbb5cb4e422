//! The end of a server.

use std::io::ErrorKind;
use std::time::Duration;

use cqrs_runtime::server::ServerOptions;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::query;
use super::schema::Running;
use super::socket::{Socket, complete, next};

#[tokio::test]
async fn requests_are_answered_and_none_follows() {
    let mut server = Running::start().await;
    let (address, world) = (server.address, server.world.clone());
    let request = tokio::spawn(async move { query(address, "{ wait }").await });
    world.waiting.notified().await;
    server.begin_shutdown();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    world.go.notify_waiters();
    assert_eq!(request.await.unwrap().json(), json!({ "data": { "wait": "waited" } }));
    server.ended().await.unwrap();
}

#[tokio::test]
async fn sockets_are_closed_with_1001_once_their_queries_are_answered() {
    let mut server = Running::start().await;
    let world = server.world.clone();
    let mut idle = Socket::new(server.address).await;
    let mut subscribed = Socket::ready(server.address).await;
    subscribed.subscribe("1", "subscription { silent }").await;
    let mut asking = Socket::ready(server.address).await;
    asking.subscribe("1", "{ wait }").await;
    world.waiting.notified().await;
    server.begin_shutdown();
    assert_eq!(idle.closed().await, 1001);
    assert_eq!(subscribed.closed().await, 1001);
    // What comes now is for the next server.
    asking.subscribe("2", "mutation { touch }").await;
    assert_eq!(asking.hear().await["payload"][0]["extensions"]["code"], "UNAVAILABLE");
    world.go.notify_waiters();
    assert_eq!(asking.hear().await, next("1", &json!({ "wait": "waited" })));
    assert_eq!(asking.hear().await, complete("1"));
    assert_eq!(asking.closed().await, 1001);
    drop((idle, subscribed, asking));
    server.ended().await.unwrap();
}

#[tokio::test]
async fn what_does_not_end_is_cut_off() {
    let mut server = Running::with(|server| {
        let mut options = ServerOptions::default();
        options.drain_timeout = Duration::from_millis(50);
        // It is not this that ends them.
        options.request_timeout = Duration::from_hours(1);
        server.options(options)
    })
    .await;
    let world = server.world.clone();
    let mut request = TcpStream::connect(server.address).await.unwrap();
    request.write_all(b"GET /graphql?query=%7Bwait%7D HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
    world.waiting.notified().await;
    let mut socket = Socket::ready(server.address).await;
    socket.subscribe("1", "{ wait }").await;
    world.waiting.notified().await;
    server.begin_shutdown();
    assert_eq!(server.ended().await.unwrap_err().kind(), ErrorKind::TimedOut);
    let mut answer = Vec::new();
    let _ = request.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
    assert_eq!(socket.hear_or_end().await, None);
}
