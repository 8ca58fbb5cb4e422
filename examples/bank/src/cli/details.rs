//! Payloads as a person writes them: without quotes and braces; money, rates and times as such.

use bank::domain::{Money, Rate};
use cqrs_runtime::prelude::*;
use serde_json::{Map, Value as Json};

/// A payload as prose; as it is, where it is no JSON.
pub(crate) fn prose(payload: &str) -> String {
    match serde_json::from_str(payload) {
        Ok(Json::Object(payload)) => fields(&payload),
        Ok(other) => told(&other),
        Err(_) => payload.to_owned(),
    }
}

fn told(json: &Json) -> String {
    if let Some(text) = scalar(json) {
        return text;
    }
    if let Some((variant, content)) = variant(json) {
        return format!("{} ({})", spaced(variant), told(content));
    }
    match json {
        Json::Object(record) => fields(record),
        Json::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What is absent or not the case is not said.
fn fields(record: &Map<String, Json>) -> String {
    let said = record.iter().filter(|(_, value)| !value.is_null() && **value != Json::Bool(false));
    said.map(|(name, value)| field(&spaced(name), value)).collect::<Vec<_>>().join(", ")
}

fn field(name: &str, value: &Json) -> String {
    match value {
        Json::Bool(true) => name.to_owned(),
        Json::Object(_) if scalar(value).is_none() && variant(value).is_none() => format!("{name} ({})", told(value)),
        _ => format!("{name}: {}", told(value)),
    }
}

fn scalar(json: &Json) -> Option<String> {
    if let Ok(money) = Money::deserialize(json) {
        return Some(money.to_string());
    }
    if let Ok(rate) = Rate::deserialize(json) {
        return Some(rate.to_string());
    }
    let text = json.as_str()?;
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.format("%F %T").to_string());
    Some(time.unwrap_or_else(|_| text.to_owned()))
}

/// The name and the content of an enum's variant.
fn variant(json: &Json) -> Option<(&str, &Json)> {
    let mut fields = json.as_object()?.iter();
    let (name, content) = fields.next()?;
    let only = fields.next().is_none() && content.is_object() && scalar(content).is_none();
    only.then_some((name, content))
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn payloads_read_like_prose() {
        let cases = [
            (r#"{"amount":{"minor":1250,"currency":"USD"},"description":null,"large":false}"#, "amount: 12.50 USD"),
            (r#"{"at":"2026-03-01T12:00:00.123456Z","large":true}"#, "at: 2026-03-01 12:00:00, large"),
            (r#"{"rate":{"basis_points":125}}"#, "rate: 1.25 %"),
            (r#"{"reason":{"requested":{"reason":"card lost"}}}"#, "reason: requested (reason: card lost)"),
            (r#"{"place":{"street":"x","no":7}}"#, "place (no: 7, street: x)"),
            ("{}", ""),
            ("not JSON", "not JSON"),
        ];
        for (json, expected) in cases {
            assert_eq!(prose(json), expected);
        }
    }
}
