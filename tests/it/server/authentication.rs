//! Who asks.

use async_trait::async_trait;
use cqrs_runtime::principal::Principal;
use cqrs_runtime::server::{Authenticate, AuthenticationError, Credentials};
use serde_json::{Value, json};

use super::client::{Reply, send};
use super::schema::Running;
use super::socket::{PROTOCOL, Socket, next};

/// A token is the name of who shows it.
struct Names;

#[async_trait]
impl Authenticate for Names {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Option<Principal>, AuthenticationError> {
        match credentials.bearer() {
            None => Ok(None),
            Some("expired") => Err(AuthenticationError::refused("the token has expired")),
            Some("broken") => panic!("as the test wants it"),
            Some("unavailable") => Err(AuthenticationError::Unavailable),
            Some(name) => Ok(Some(Principal::new(name))),
        }
    }
}

async fn who(server: &Running, authorization: &str) -> Reply {
    let body = br#"{"query":"{ who }"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    send(server.address, &head, body).await
}

#[tokio::test]
async fn the_principal_is_in_the_data_of_the_request() {
    let server = Running::with(|server| server.authenticate(Names)).await;
    assert_eq!(who(&server, "Authorization: Bearer ada\r\n").await.json(), json!({ "data": { "who": "ada" } }));
    assert_eq!(who(&server, "").await.json(), json!({ "data": { "who": "" } }), "who shows nothing is nobody");
    let refused = who(&server, "Authorization: bearer expired\r\n").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    assert_eq!(refused.json()["errors"][0]["message"], "the token has expired");
    let unavailable = who(&server, "Authorization: Bearer unavailable\r\n").await;
    assert_eq!((unavailable.status, unavailable.code().as_str()), (503, "UNAVAILABLE"));
}

#[tokio::test]
async fn without_authentication_everybody_is_nobody() {
    let server = Running::start().await;
    assert_eq!(who(&server, "Authorization: Bearer ada\r\n").await.json(), json!({ "data": { "who": "" } }));
}

async fn introduced(server: &Running, headers: &[(&'static str, &str)], payload: Value) -> Socket {
    let headers = [&[("sec-websocket-protocol", PROTOCOL)], headers].concat();
    let mut socket = Socket::open(server.address, &headers).await.unwrap();
    socket.tell(json!({ "type": "connection_init", "payload": payload })).await;
    socket
}

#[tokio::test]
async fn a_socket_is_that_of_who_introduced_itself() {
    let server = Running::with(|server| server.authenticate(Names)).await;
    for (headers, payload, name) in [
        (vec![], json!({ "authorization": "Bearer ada" }), "ada"),
        (vec![], json!({ "Authorization": "Bearer ada" }), "ada"),
        (vec![("authorization", "Bearer grace")], json!({}), "grace"),
        (vec![], json!({}), ""),
    ] {
        let mut socket = introduced(&server, &headers, payload).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket.subscribe("1", "{ who }").await;
        assert_eq!(socket.hear().await, next("1", &json!({ "who": name })));
    }
    let mut refused = introduced(&server, &[], json!({ "authorization": "Bearer expired" })).await;
    assert_eq!(refused.closed().await, 4401);
    let mut unavailable = introduced(&server, &[], json!({ "authorization": "Bearer unavailable" })).await;
    assert_eq!(unavailable.closed().await, 1013);
    let mut broken = introduced(&server, &[], json!({ "authorization": "Bearer broken" })).await;
    assert_eq!(broken.closed().await, 4500);
}
