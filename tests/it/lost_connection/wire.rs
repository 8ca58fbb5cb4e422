//! As much of PostgreSQL's protocol as it takes to recognise a commit and its answer.

use std::collections::HashSet;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

pub(super) const QUERY: u8 = b'Q';
pub(super) const PARSE: u8 = b'P';
pub(super) const BIND: u8 = b'B';
pub(super) const SYNC: u8 = b'S';
pub(super) const READY: u8 = b'Z';
pub(super) const COMPLETE: u8 = b'C';
pub(super) const ERROR: u8 = b'E';

/// Asks the server to send what it has answered so far.
pub(super) const FLUSH: [u8; 5] = [b'H', 0, 0, 0, 4];

/// A message: its type, its length, and so many bytes.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) kind: u8,
    pub(super) bytes: Vec<u8>,
}

impl Message {
    /// Takes the first message off `buffer`, once it is whole.
    pub(super) fn take(buffer: &mut Vec<u8>) -> Option<Self> {
        let length = u32::from_be_bytes(buffer.get(1..5)?.try_into().ok()?) as usize;
        if buffer.len() <= length {
            return None;
        }
        let rest = buffer.split_off(length + 1);
        let bytes = std::mem::replace(buffer, rest);
        Some(Self { kind: bytes[0], bytes })
    }

    /// The texts that its body begins with, each ended by a zero.
    fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes[5..].split(|byte| *byte == 0)
    }

    /// The SQLSTATE of an error.
    pub(super) fn sqlstate(&self) -> Option<String> {
        let code = self.texts().find(|field| field.first() == Some(&b'C'))?;
        Some(String::from_utf8_lossy(&code[1..]).into_owned())
    }
}

/// The first message of a client, which has no type.
pub(super) async fn startup(client: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    client.read_exact(&mut bytes).await?;
    let length = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    bytes.resize(length, 0);
    client.read_exact(&mut bytes[4..]).await?;
    Ok(bytes)
}

/// The statements of a connection that append.
#[derive(Default)]
pub(super) struct Statements(HashSet<Vec<u8>>);

impl Statements {
    /// Whether `message` begins what ends in the commit of an append.
    pub(super) fn begins_commit(&mut self, message: &Message, how: Commits) -> bool {
        let contains = |text: &[u8], words: &str| text.windows(words.len()).any(|part| part == words.as_bytes());
        match message.kind {
            PARSE => {
                let mut texts = message.texts();
                let (name, sql) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
                if contains(sql, "FROM cqrs_append(") {
                    self.0.insert(name.to_vec());
                } else {
                    self.0.remove(name);
                }
                false
            }
            BIND if how == Commits::WithTheAppend => self.0.contains(message.texts().nth(1).unwrap_or_default()),
            QUERY if how == Commits::ByItself => message.texts().next() == Some(b"COMMIT"),
            _ => false,
        }
    }
}

/// How appends are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commits {
    /// As a statement of its own transaction.
    WithTheAppend,
    /// By a statement after it.
    ByItself,
}
