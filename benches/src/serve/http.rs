//! A request, and the document that is answered.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use crate::Error;

pub(super) fn ask(address: SocketAddr, method: &str, path: &str, body: Option<&str>) -> Result<Value, Error> {
    let mut stream = TcpStream::connect(address)?;
    let body = body.unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    serde_json::from_str(body).map_err(|error| format!("{error} in {answer}").into())
}
