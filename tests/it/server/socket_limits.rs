//! How many sockets, how much on them, for how long.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cqrs_runtime::server::ServerOptions;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use super::client::query;
use super::schema::Running;
use super::socket::{PROTOCOL, Socket};

async fn with(change: impl FnOnce(&mut ServerOptions)) -> Running {
    let mut options = ServerOptions::default();
    change(&mut options);
    Running::with(|server| server.options(options)).await
}

#[tokio::test]
async fn a_client_that_does_not_introduce_itself_is_closed_with_4408() {
    let server = with(|options| options.sockets.init_timeout = Duration::from_millis(50)).await;
    let mut socket = Socket::new(server.address).await;
    assert_eq!(socket.closed().await, 4408);
}

#[tokio::test]
async fn operations_of_a_socket_are_limited() {
    let server = with(|options| options.sockets.subscriptions = 2).await;
    let mut socket = Socket::ready(server.address).await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, "subscription { silent }").await;
    }
    let refused = socket.hear().await;
    assert_eq!(refused["id"], "3");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
    socket.tell(serde_json::json!({ "id": "1", "type": "complete" })).await;
    socket.subscribe("3", "{ hello }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn sockets_are_limited() {
    let server = with(|options| options.sockets.open = 1).await;
    let first = Socket::ready(server.address).await;
    let refused = Socket::open(server.address, &[("sec-websocket-protocol", PROTOCOL)]).await;
    assert_eq!(refused.err(), Some(503));
    drop(first);
    // Until the server has noticed.
    while Socket::open(server.address, &[("sec-websocket-protocol", PROTOCOL)]).await.is_err() {}
}

#[tokio::test]
async fn connections_are_limited() {
    let server = with(|options| {
        options.connections = 1;
        options.header_timeout = Duration::from_hours(1);
    })
    .await;
    // Answered once, it is there, and waits for the next request.
    let mut held = TcpStream::connect(server.address).await.unwrap();
    held.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
    assert!(held.read(&mut [0; 1024]).await.unwrap() > 0);
    assert_eq!(asked_once(&server).await, "", "it is closed without a word");
    drop(held);
    // Until the server has noticed.
    while asked_once(&server).await.is_empty() {}
}

/// What a connection is told that asks for something; nothing where it is closed at once.
async fn asked_once(server: &Running) -> String {
    let mut connection = TcpStream::connect(server.address).await.unwrap();
    let _ = connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await;
    let mut told = Vec::new();
    let _ = connection.read_to_end(&mut told).await;
    String::from_utf8(told).unwrap()
}

#[tokio::test]
async fn a_message_that_is_too_long_closes_with_1009() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    socket.0.send(Message::text("x".repeat((1 << 20) + 1))).await.unwrap();
    assert_eq!(socket.closed().await, 1009);
}

/// The memory is bounded: one answer per subscription beyond what the connection itself takes.
#[tokio::test]
async fn a_slow_reader_is_not_written_ahead_for() {
    const SIZE: usize = 64 * 1024;
    let server = with(|options| options.sockets.subscriptions = 1_000).await;
    let mut socket = Socket::ready(server.address).await;
    for id in 0..50 {
        socket.subscribe(&id.to_string(), &format!("subscription {{ endless(size: {SIZE}) }}")).await;
    }
    // The others are served meanwhile. Each of these is a turn in which the subscriptions could go on.
    let mut before = usize::MAX;
    loop {
        for _ in 0..50 {
            assert_eq!(query(server.address, "{ hello }").await.status, 200);
        }
        let made = server.world.made.load(Ordering::SeqCst);
        if made == before && made > 0 {
            break;
        }
        before = made;
    }
    // Buffers of the operating system hold some MiB on either side.
    assert!(before * SIZE < 64 << 20, "{before} items were made for nobody");
    // Once the client reads, it goes on.
    while server.world.made.load(Ordering::SeqCst) < before + 100 {
        socket.hear().await;
    }
    drop(socket);
    server.world.all_ended().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    let server = with(|options| options.write_timeout = Duration::from_millis(50)).await;
    let mut socket = Socket::ready(server.address).await;
    socket.subscribe("1", "subscription { endless(size: 65536) }").await;
    socket.hear().await;
    server.world.all_ended().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let server = with(|options| {
        options.connections = 1;
        options.header_timeout = Duration::from_hours(1);
        options.write_timeout = Duration::from_millis(50);
    })
    .await;
    // More than the operating system keeps on the way.
    let connection = TcpSocket::new_v4().unwrap();
    connection.set_recv_buffer_size(4 * 1024).unwrap();
    let mut held = connection.connect(server.address).await.unwrap();
    let request = "GET /graphql?query=%7Btext(size:16777216)%7D HTTP/1.1\r\nHost: here\r\n\r\n";
    held.write_all(request.as_bytes()).await.unwrap();
    assert!(held.read(&mut [0; 1024]).await.unwrap() > 0);
    // The only connection that there may be is free again.
    while asked_once(&server).await.is_empty() {}
    let mut rest = Vec::new();
    let _ = held.read_to_end(&mut rest).await;
    assert!(rest.len() < 16 << 20, "it had to be cut off");
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_cut_off() {
    let server = with(|options| options.sockets.ping_interval = Duration::from_millis(50)).await;
    let mut socket = Socket::ready(server.address).await;
    socket.subscribe("1", "subscription { silent }").await;
    socket.subscribe("2", "{ hello }").await;
    socket.hear().await;
    // It reads no more, and so answers no ping.
    server.world.all_ended().await;
    // One that does is left alone: its pings are many times as old as it may be silent.
    let mut answering = Socket::ready(server.address).await;
    let mut pings = 0;
    while pings < 4 {
        pings += usize::from(matches!(answering.0.next().await, Some(Ok(Message::Ping(_)))));
    }
}
