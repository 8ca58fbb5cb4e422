//! A client of `graphql-transport-ws`, message by message.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

pub(crate) const PROTOCOL: &str = "graphql-transport-ws";

pub(crate) struct Socket(pub(crate) WebSocketStream<TcpStream>);

impl Socket {
    /// The status of the answer where no socket was opened.
    pub(crate) async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::over(TcpStream::connect(address).await.unwrap(), headers).await
    }

    /// Over a connection that was made already.
    pub(crate) async fn over(stream: TcpStream, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let address = stream.peer_addr().unwrap();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        // There may be thousands.
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
        match client_async_with_config(request, stream, Some(config)).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn new(address: SocketAddr) -> Self {
        Self::open(address, &[("sec-websocket-protocol", PROTOCOL)]).await.unwrap()
    }

    /// One that was acknowledged.
    pub(crate) async fn ready(address: SocketAddr) -> Self {
        Self::new(address).await.acknowledged().await
    }

    pub(crate) async fn acknowledged(mut self) -> Self {
        self.tell(json!({ "type": "connection_init" })).await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
        self
    }

    pub(crate) async fn tell(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.tell(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match self.0.next().await.expect("a message").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// What comes next, before the connection is ended in whatever way.
    pub(crate) async fn hear_or_end(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("{other:?}"),
            }
        }
    }

    /// The code that the server closes with; whatever comes before is passed over.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.0.next().await.expect("a close frame").unwrap() {
                return frame.expect("a code").code.into();
            }
        }
    }
}

pub(crate) fn next(id: &str, data: &Value) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": data } })
}

pub(crate) fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}
