//! `graphql-transport-ws`: what is said, and how a socket is closed.

use std::sync::atomic::Ordering;

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::client::get;
use super::schema::Running;
use super::socket::{PROTOCOL, Socket, complete, next};

#[tokio::test]
async fn operations_of_all_kinds_run() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    socket.subscribe("q", "{ hello }").await;
    assert_eq!(socket.hear().await, next("q", &json!({ "hello": "world" })));
    assert_eq!(socket.hear().await, complete("q"));
    socket.subscribe("m", "mutation { touch }").await;
    assert_eq!(socket.hear().await, next("m", &json!({ "touch": 1 })));
    assert_eq!(socket.hear().await, complete("m"));
    socket.subscribe("s", "subscription { count(to: 2) }").await;
    assert_eq!(socket.hear().await, next("s", &json!({ "count": 1 })));
    assert_eq!(socket.hear().await, next("s", &json!({ "count": 2 })));
    assert_eq!(socket.hear().await, complete("s"));
    // An id is free again once its operation has ended.
    socket.subscribe("s", "{ hello }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn what_is_not_executed_is_an_error_without_complete() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ missing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { missing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ panics }", "INTERNAL"),
    ] {
        socket.subscribe("1", document).await;
        let said = socket.hear().await;
        assert_eq!((&said["id"], &said["type"]), (&json!("1"), &json!("error")), "of {document}");
        assert_eq!(said["payload"][0]["extensions"]["code"], code, "of {document}");
    }
    socket.subscribe("1", "{ fails }").await;
    let said = socket.hear().await;
    assert_eq!((&said["type"], &said["payload"]["data"]), (&json!("next"), &json!(null)));
    assert_eq!(socket.hear().await, complete("1"));
}

#[tokio::test]
async fn complete_ends_a_subscription() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    socket.subscribe("1", "subscription { endless(size: 1) }").await;
    assert_eq!(socket.hear().await["type"], "next");
    assert_eq!(server.world.alive.load(Ordering::SeqCst), 1);
    socket.tell(json!({ "id": "1", "type": "complete" })).await;
    server.world.all_ended().await;
    // Its id is free.
    socket.subscribe("1", "{ hello }").await;
    while socket.hear().await != complete("1") {}
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_subscriptions() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    for id in ["1", "2"] {
        socket.subscribe(id, "subscription { endless(size: 1) }").await;
    }
    while socket.hear().await["id"] != "2" {}
    drop(socket);
    server.world.all_ended().await;
}

#[tokio::test]
async fn pings_are_answered_with_their_payload() {
    let server = Running::start().await;
    let mut socket = Socket::new(server.address).await;
    socket.tell(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    socket.tell(json!({ "type": "connection_init", "payload": { "any": "thing" } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.tell(json!({ "type": "pong" })).await;
    socket.tell(json!({ "type": "ping", "payload": { "a": [1] } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong", "payload": { "a": [1] } }));
}

#[tokio::test]
async fn what_is_no_message_closes_with_4400() {
    let server = Running::start().await;
    for message in [
        "nonsense",
        "{}",
        r#"{"type":"start"}"#,
        r#"{"type":"subscribe","id":7,"payload":{"query":"{ hello }"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"ping","payload":7}"#,
    ] {
        let mut socket = Socket::ready(server.address).await;
        socket.0.send(Message::text(message)).await.unwrap();
        assert_eq!(socket.closed().await, 4400, "of {message}");
    }
    let mut socket = Socket::ready(server.address).await;
    socket.0.send(Message::binary(b"{}".to_vec())).await.unwrap();
    assert_eq!(socket.closed().await, 4400);
}

#[tokio::test]
async fn a_text_that_is_no_utf_8_closes_with_1007() {
    let server = Running::start().await;
    // At once, and in parts.
    for is_final in [true, false] {
        let mut socket = Socket::ready(server.address).await;
        let frame = Frame::message(b"{\xff}".to_vec(), OpCode::Data(Data::Text), is_final);
        socket.0.send(Message::Frame(frame)).await.unwrap();
        assert_eq!(socket.closed().await, 1007, "of {is_final}");
    }
}

#[tokio::test]
async fn subscribing_before_the_acknowledgement_closes_with_4401() {
    let server = Running::start().await;
    let mut socket = Socket::new(server.address).await;
    socket.subscribe("1", "mutation { touch }").await;
    assert_eq!(socket.closed().await, 4401);
    assert_eq!(server.world.touched.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_second_introduction_closes_with_4429() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    socket.tell(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await, 4429);
}

#[tokio::test]
async fn an_id_that_is_taken_closes_with_4409() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    // A close frame holds 123 bytes of a reason.
    for id in ["1", &"ü".repeat(200)] {
        let mut socket = Socket::ready(server.address).await;
        socket.subscribe(id, "subscription { silent }").await;
        socket.subscribe(id, "{ hello }").await;
        assert_eq!(socket.closed().await, 4409);
    }
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(socket.hear().await, next("1", &json!({ "hello": "world" })), "other sockets go on");
}

#[tokio::test]
async fn other_protocols_are_not_spoken() {
    let server = Running::start().await;
    for headers in [vec![], vec![("sec-websocket-protocol", "graphql-ws")]] {
        let opened = Socket::open(server.address, &headers).await;
        assert_eq!(opened.err(), Some(400), "of {headers:?}");
    }
    let several = [("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")];
    let socket = Socket::open(server.address, &several).await;
    assert!(socket.is_ok());
}

#[tokio::test]
async fn pages_of_other_origins_may_not_open_sockets() {
    let server = Running::with(|server| {
        let mut options = cqrs_runtime::server::ServerOptions::default();
        options.origins = vec!["https://app.example.org".to_owned()];
        server.options(options)
    })
    .await;
    let own = format!("http://{}", server.address);
    for (origin, expect) in
        [("https://evil.example.org", Some(403)), ("null", Some(403)), ("https://app.example.org", None), (&own, None)]
    {
        let opened = Socket::open(server.address, &[("sec-websocket-protocol", PROTOCOL), ("origin", origin)]).await;
        assert_eq!(opened.err(), expect, "of {origin}");
    }
    let server = Running::with(|server| {
        let mut options = cqrs_runtime::server::ServerOptions::default();
        options.origins = vec!["*".to_owned()];
        server.options(options)
    })
    .await;
    let any = [("sec-websocket-protocol", PROTOCOL), ("origin", "https://any.example.org")];
    assert!(Socket::open(server.address, &any).await.is_ok());
}

#[tokio::test]
async fn documents_are_held_to_the_limits() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    let deep = format!("{{ {}name{} }}", "thing { ".repeat(20), " }".repeat(20));
    socket.subscribe("1", &deep).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "TOO_COMPLEX");
}

#[tokio::test]
async fn sockets_and_operations_are_counted() {
    let server = Running::start().await;
    let mut socket = Socket::ready(server.address).await;
    socket.subscribe("1", "subscription { silent }").await;
    socket.subscribe("2", "{ hello }").await;
    assert_eq!(socket.hear().await["id"], Value::from("2"));
    assert_eq!(socket.hear().await, complete("2"));
    let metrics = get(server.address, "/metrics", "*/*").await;
    let text = metrics.text();
    for line in [
        "graphql_sockets 1",
        "graphql_subscriptions 1",
        "graphql_operations_total{type=\"query\",outcome=\"ok\"} 1",
        "graphql_operation_seconds_count{type=\"query\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    drop(socket);
    server.world.all_ended().await;
}
