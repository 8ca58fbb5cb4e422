//! HTTP by hand: what is sent stands in the test, byte by byte where that matters.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const RESPONSE: &str = "application/graphql-response+json";

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The code of the only error.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        assert_eq!(body["errors"].as_array().unwrap().len(), 1, "of {body}");
        assert_eq!(body.get("data"), None, "nothing was executed");
        body["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
    }
}

/// Sends one request, and reads until the connection is closed.
pub(crate) async fn send(address: SocketAddr, head: &str, body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}Host: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that has heard enough closes the connection.
    let _ = stream.write_all(body).await;
    read(stream).await
}

pub(crate) async fn read(mut stream: TcpStream) -> Reply {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(all[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head, body: all[end + 4..].to_vec() }
}

/// Posts bytes as JSON.
pub(crate) async fn post(address: SocketAddr, accept: &str, body: &[u8]) -> Reply {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nAccept: {accept}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    send(address, &head, body).await
}

pub(crate) async fn query(address: SocketAddr, query: &str) -> Reply {
    post(address, RESPONSE, json!({ "query": query }).to_string().as_bytes()).await
}

pub(crate) async fn get(address: SocketAddr, path: &str, accept: &str) -> Reply {
    send(address, &format!("GET {path} HTTP/1.1\r\nAccept: {accept}\r\n"), b"").await
}
