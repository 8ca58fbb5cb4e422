use async_trait::async_trait;
use axum::http::HeaderMap;

use crate::principal::Principal;

/// What a client shows of itself.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Credentials<'a> {
    /// The headers of the request; of a websocket, those that it was opened with.
    pub headers: &'a HeaderMap,
    /// The payload of a websocket's `connection_init`; absent over HTTP.
    pub payload: Option<&'a serde_json::Value>,
}

impl<'a> Credentials<'a> {
    /// The token of `Authorization: Bearer ..`; on a websocket also that of the payload's `authorization`, in either case
    /// of its first letter, since a browser can't set headers there.
    #[must_use]
    pub fn bearer(&self) -> Option<&'a str> {
        let header = self.headers.get("authorization").and_then(|value| value.to_str().ok());
        let payload = || self.payload?.get("authorization").or_else(|| self.payload?.get("Authorization"))?.as_str();
        let (scheme, token) = header.or_else(payload)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// Turns what a client shows into who asks.
///
/// The [`Principal`] stands in the request's data: resolvers find it by `ctx.data::<Principal>()`.
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// Who asks; `None` for somebody who shows nothing, who then is nobody: `Principal::default()`.
    ///
    /// # Errors
    /// [`AuthenticationError`] where what is shown does not hold, or could not be checked.
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Option<Principal>, AuthenticationError>;
}

/// Why nobody could be recognised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// What is shown does not hold; the client is told why. Answered with 401, on a websocket with 4401.
    #[error("{reason}")]
    Refused {
        /// For the client's eyes.
        reason: String,
    },
    /// It could not be checked. Answered with 503, on a websocket with 1013.
    #[error("credentials can't be checked at the moment")]
    Unavailable,
}

impl AuthenticationError {
    /// What is shown does not hold.
    #[must_use]
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused { reason: reason.into() }
    }
}
