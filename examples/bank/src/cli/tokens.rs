//! Signed tokens, by which the service knows who asks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cqrs_runtime::principal::Principal;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// What a key has at least: as many bytes as a signature.
const SHORTEST: usize = 32;

/// What a token says of who shows it.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// Who it is: the holder of accounts, or a teller.
    sub: String,
    /// What they may act as.
    roles: BTreeSet<String>,
    /// When it ends, in seconds since 1970.
    exp: u64,
}

/// The key by which tokens are signed and checked.
pub(crate) struct TokenKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl TokenKey {
    /// Reads the key that a file holds, without what is white around it.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read(path).map_err(|source| Failure::Unreadable { path: path.to_owned(), source })?;
        let key = text.trim_ascii();
        if key.len() < SHORTEST {
            return Err(Failure::ShortKey { path: path.to_owned(), shortest: SHORTEST });
        }
        Self::of(key).map_err(Failure::Token)
    }

    fn of(key: &[u8]) -> Result<Self, Error> {
        Ok(Self { encoding: EncodingKey::from_secret(key)?, decoding: DecodingKey::from_secret(key)? })
    }

    /// A token for somebody, until some second since 1970.
    pub(crate) fn sign(&self, principal: Principal, until: u64) -> Result<String, Failure> {
        let claims = Claims { sub: principal.id, roles: principal.roles, exp: until };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(Failure::Token)
    }

    /// Who shows a token.
    ///
    /// # Errors
    /// A sentence for the eyes of who shows it.
    pub(crate) fn principal(&self, token: &str) -> Result<Principal, &'static str> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation);
        let Claims { sub, roles, exp: _ } = claims.map_err(|error| why(&error))?.claims;
        Ok(Principal { roles, ..Principal::new(sub) })
    }
}

fn why(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::ExpiredSignature => "the token has expired",
        _ => "the token is not one of this bank's",
    }
}

#[cfg(test)]
mod tests {
    use cqrs_runtime::principal::Principal;
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use serde_json::json;

    use super::TokenKey;

    const KEY: &[u8] = b"a key of more than thirty-two bytes";
    const LATE: u64 = 32_503_680_000;

    #[test]
    fn who_shows_a_token_is_who_it_names() {
        let key = TokenKey::of(KEY).unwrap();
        let ada = Principal::new("Ada Lovelace").role("customer").role("teller");
        assert_eq!(key.principal(&key.sign(ada.clone(), LATE).unwrap()), Ok(ada));
    }

    #[test]
    fn what_does_not_hold_is_refused() {
        let key = TokenKey::of(KEY).unwrap();
        let sign = |header: &Header, claims: serde_json::Value, key: &[u8]| {
            jsonwebtoken::encode(header, &claims, &EncodingKey::from_secret(key).unwrap()).unwrap()
        };
        let (claims, hs256) =
            (json!({ "sub": "ada", "roles": ["teller"], "exp": LATE }), Header::new(Algorithm::HS256));
        let check = |token: &str, why| assert_eq!(key.principal(token), Err(why), "{token}");
        let foreign = "the token is not one of this bank's";
        check(&key.sign(Principal::new("ada"), 1).unwrap(), "the token has expired");
        check("nothing", foreign);
        check(&sign(&hs256, claims.clone(), b"another key of more than thirty-two bytes"), foreign);
        check(&sign(&Header::new(Algorithm::HS512), claims.clone(), KEY), foreign);
        check(&sign(&hs256, json!({ "sub": "ada", "roles": ["teller"] }), KEY), foreign);
        check(&sign(&hs256, json!({ "sub": "ada", "exp": LATE }), KEY), foreign);
        // Another body under the same signature, and none at all.
        let token = sign(&hs256, claims, KEY);
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[1] = "eyJzdWIiOiJldmUiLCJyb2xlcyI6WyJ0ZWxsZXIiXSwiZXhwIjozMjUwMzY4MDAwMH0";
        check(&parts.join("."), foreign);
        check("eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmUiLCJyb2xlcyI6WyJ0ZWxsZXIiXSwiZXhwIjozMjUwMzY4MDAwMH0.", foreign);
    }
}
