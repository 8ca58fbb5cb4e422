use async_graphql::{Response, ServerError, Value};
use serde::Serialize;

use super::refusal::Refusal;

/// What a request is answered with, over any transport.
#[derive(Debug)]
pub(super) enum Answer {
    /// It was not executed: there is no `data`.
    Refused(Refusal),
    /// Validation did not let it through: there is no `data`.
    Invalid(Vec<ServerError>),
    /// It was executed, maybe with errors.
    Executed(Response),
}

impl Answer {
    /// Tells what was executed from what was not: an error of an execution has the path of its field, or a code;
    /// those of validation have neither.
    pub(super) fn of(mut response: Response, suggestions: bool) -> Self {
        let of_the_request = response.data == Value::Null
            && !response.errors.is_empty()
            && response.errors.iter().all(|error| error.path.is_empty() && error.extensions.is_none());
        if !of_the_request {
            return Self::Executed(response);
        }
        for error in &mut response.errors {
            if !suggestions && let Some(at) = error.message.find(" Did you mean") {
                error.message.truncate(at);
            }
            error.extensions.get_or_insert_default().set("code", "GRAPHQL_VALIDATION_FAILED");
        }
        Self::Invalid(response.errors)
    }

    /// Its errors where nothing was executed.
    pub(super) fn refused(&self) -> Option<Vec<ServerError>> {
        match self {
            Self::Refused(refusal) => Some(vec![refusal.to_error()]),
            Self::Invalid(errors) => Some(errors.clone()),
            Self::Executed(_) => None,
        }
    }

    /// Its JSON text, an object of `data` and `errors`.
    pub(super) fn to_json(&self) -> String {
        let refused = self.refused();
        let body = match self {
            Self::Executed(response) => Body {
                data: Some(&response.data),
                errors: &response.errors,
                extensions: (!response.extensions.is_empty()).then_some(&response.extensions),
            },
            _ => Body { data: None, errors: refused.as_deref().unwrap_or_default(), extensions: None },
        };
        // Answers have string keys and finite numbers alone, so that this holds.
        serde_json::to_string(&body).unwrap_or_else(|_| Self::Refused(Refusal::Internal).to_json())
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
}
