//! What clients are told when something is not done: a stable code, a sentence, and nothing of the inside.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use serde_json::{Map, Value as Json};

use super::failure::of_query;
use super::read_error::ReadError;
use crate::principal::Principal;

/// Why a field can't be answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What clients decide by: `extensions.code`.
    pub code: &'static str,
    /// The sentence for people.
    pub message: String,
    /// What else stands in `extensions`.
    pub details: Map<String, Json>,
}

impl Problem {
    /// A problem of a code.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Map::new() }
    }

    /// The client gave what can't be taken: `BAD_USER_INPUT`.
    #[must_use]
    pub fn input(message: impl Into<String>) -> Self {
        Self::new("BAD_USER_INPUT", message)
    }

    /// What was asked for is not for who asks: `FORBIDDEN`.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new("FORBIDDEN", message)
    }

    /// Something is not for who asks: `FORBIDDEN`; `UNAUTHENTICATED` where nobody is known, for it may be somebody to whom it is
    /// granted.
    #[must_use]
    pub fn denied(principal: &Principal, what: &str) -> Self {
        if principal.id.is_empty() && principal.roles.is_empty() {
            Self::new("UNAUTHENTICATED", format!("`{what}` is not for everybody: say who you are"))
        } else {
            Self::forbidden(format!("`{what}` is not granted to you"))
        }
    }

    /// Something failed that the client can do nothing about; the cause goes to the log alone.
    #[must_use]
    pub fn internal(what: &'static str, cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "{what}");
        Self::new("INTERNAL", "it can't be answered now")
    }

    /// Rows that a client can't have.
    pub(super) fn of_read(error: ReadError) -> Self {
        match error {
            ReadError::Input(error) => Self::input(error.to_string()),
            ReadError::Query(error) => of_query(&error),
            other => Self::new(other.code(), other.to_string()),
        }
    }

    /// With something more in `extensions`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// As the engine has it, at a place of the document.
    pub(super) fn at(self, pos: Pos) -> ServerError {
        let mut error = ServerError::new(self.message, Some(pos));
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        for (name, value) in self.details {
            if let Ok(value) = async_graphql::Value::from_json(value) {
                extensions.set(name, value);
            }
        }
        error.extensions = Some(extensions);
        error
    }
}
