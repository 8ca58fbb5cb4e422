use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use percent_encoding::percent_decode;
use serde::Deserialize;

use super::super::document::Parameters;
use super::super::options::Limits;
use super::super::refusal::Refusal;

/// What a body holds.
#[derive(Debug)]
pub(super) enum Posted {
    Single(Box<Parameters>),
    /// Some of which may not be requests at all.
    Batch(Vec<Result<Parameters, Refusal>>),
}

/// The parameters of a query string.
pub(super) fn from_query(query: Option<&str>, limits: &Limits) -> Result<Parameters, Refusal> {
    let query = query.unwrap_or_default();
    if query.len() > limits.body {
        return Err(Refusal::PayloadTooLarge(limits.body));
    }
    let mut parameters = Parameters::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match decoded(name)?.as_str() {
            "query" => parameters.query = Some(decoded(value)?),
            "operationName" => parameters.operation_name = Some(decoded(value)?),
            "variables" => parameters.variables = json(value, "`variables` is an object of JSON")?,
            "extensions" => parameters.extensions = json(value, "`extensions` is an object of JSON")?,
            _ => {}
        }
    }
    Ok(parameters)
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let text = text.replace('+', " ");
    let decoded = percent_decode(text.as_bytes()).decode_utf8();
    decoded.map(Into::into).map_err(|_| Refusal::BadRequest("the query string is not UTF-8"))
}

fn json<T: serde::de::DeserializeOwned + Default>(text: &str, refusal: &'static str) -> Result<T, Refusal> {
    let text = decoded(text)?;
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(&text).map_err(|_| Refusal::BadRequest(refusal))
}

/// Refuses what a page of another origin can post without asking first, and what is not UTF-8 by its own account.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = stated.ok_or(Refusal::UnsupportedMediaType)?.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_json && is_utf8 { Ok(()) } else { Err(Refusal::UnsupportedMediaType) }
}

/// The body, unless it is longer than may be: a length that is stated is refused before a byte is read.
pub(super) async fn body(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length > limits.body as u64) {
        return Err(Refusal::PayloadTooLarge(limits.body));
    }
    let mut chunks = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::BadRequest("the body broke off"))?;
        if read.len().saturating_add(chunk.len()) > limits.body {
            return Err(Refusal::PayloadTooLarge(limits.body));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}

/// What a body asks for.
pub(super) fn posted(body: &[u8], limits: &Limits) -> Result<Posted, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::BadRequest("the body is not UTF-8"))?;
    if !text.trim_start().starts_with('[') {
        return single(serde_json::from_str(text)).map(|parameters| Posted::Single(Box::new(parameters)));
    }
    let items: Vec<serde_json::Value> =
        serde_json::from_str(text).map_err(|_| Refusal::BadRequest("the body is not JSON"))?;
    match items.len() {
        0 => Err(Refusal::BadRequest("a batch has a request at least")),
        length if length > limits.batch => Err(Refusal::BatchTooLarge(limits.batch)),
        _ => Ok(Posted::Batch(items.into_iter().map(|item| single(Parameters::deserialize(item))).collect())),
    }
}

fn single(parsed: serde_json::Result<Parameters>) -> Result<Parameters, Refusal> {
    parsed.map_err(|error| {
        Refusal::BadRequest(match error.classify() {
            serde_json::error::Category::Data => {
                "a request is an object: `query` and `operationName` are strings, `variables` and `extensions` objects"
            }
            _ => "the body is not JSON",
        })
    })
}
