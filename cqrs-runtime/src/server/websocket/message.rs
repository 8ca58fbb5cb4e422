use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::document::Parameters;

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Pong {
        #[serde(default, rename = "payload")]
        _payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: Box<Parameters>,
    },
    Complete {
        id: String,
    },
}

pub(super) fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

pub(super) fn pong(payload: Option<Map<String, Value>>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }),
        None => json!({ "type": "pong" }),
    }
    .to_string()
}

pub(super) fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}

/// `next`, or `error` for what was not executed. The answer's text is put in as it is.
pub(super) fn answer(id: &str, answer: &Answer) -> String {
    let id = Value::from(id);
    match answer.refused() {
        Some(errors) => json!({ "id": id, "type": "error", "payload": errors }).to_string(),
        None => format!(r#"{{"id":{id},"type":"next","payload":{}}}"#, answer.to_json()),
    }
}
