//! Who asks the service.

use async_trait::async_trait;
use cqrs_runtime::principal::Principal;
use cqrs_runtime::server::{Authenticate, AuthenticationError, Credentials};

use crate::cli::tokens::TokenKey;

/// Whoever is served.
pub(super) enum Served {
    /// All who reach the service, as tellers: it is for the bank's own computer.
    Everybody,
    /// Who shows a token; without one, the page is all that is to be seen.
    Known(TokenKey),
}

#[async_trait]
impl Authenticate for Served {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Option<Principal>, AuthenticationError> {
        match (self, credentials.bearer()) {
            (Self::Everybody, _) => Ok(Some(Principal::default().role("teller"))),
            (Self::Known(_), None) => Ok(None),
            (Self::Known(key), Some(token)) => key.principal(token).map(Some).map_err(AuthenticationError::refused),
        }
    }
}
