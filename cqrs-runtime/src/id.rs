//! Identifiers: newtypes with one canonical text.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::value::Value;

/// The identity of an aggregate.
///
/// Its `Display` is the canonical text that is stored and compared, and `FromStr` reads it back.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Id)] pub struct AccountId(Uuid);
/// #[derive(Id)] pub struct Isbn(String);
///
/// let id: AccountId = "0190163d-8694-739b-aea5-966c26f8ad91".parse()?;
/// assert_eq!(id.to_string(), "0190163d-8694-739b-aea5-966c26f8ad91");
/// # Ok::<(), cqrs_runtime::id::ParseIdError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an id",
    label = "not an id",
    note = "derive it: `#[derive(Id)] pub struct {Self}(Uuid);`"
)]
pub trait Identifier:
    Clone
    + Eq
    + Ord
    + Hash
    + Debug
    + Display
    + FromStr<Err = ParseIdError>
    + Serialize
    + DeserializeOwned
    + Value
    + Send
    + Sync
    + 'static
{
}

/// An identifier that the server can make: one over a [`Uuid`] or a `String`.
#[diagnostic::on_unimplemented(
    message = "the server can't make a `{Self}`",
    label = "not made from a UUID",
    note = "`new_id` needs an id over `Uuid` or `String`; otherwise let the client choose: `#[command(id)]` on a field"
)]
pub trait GeneratedId: Identifier {
    /// The identifier of a fresh UUID.
    fn generate(uuid: Uuid) -> Self;
}

/// Why a text is no identifier of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// The text is empty.
    #[error("the text is empty")]
    Empty,
    /// The text has more than 255 bytes.
    #[error("the text has {length} bytes, more than the {limit} that are allowed")]
    TooLong {
        /// The bytes of the text.
        length: usize,
        /// The bytes allowed.
        limit: usize,
    },
    /// The text has a control character.
    #[error("the text has the control character {character:?}")]
    ControlCharacter {
        /// The first one.
        character: char,
    },
    /// The text is not a UUID.
    #[error("not a UUID: {0}")]
    Uuid(#[from] uuid::Error),
    /// The text is not an integer, or not one of the type's range.
    #[error("not an integer id: {0}")]
    Integer(#[from] std::num::ParseIntError),
}

/// The longest text of an id, in bytes.
pub const MAX_ID_BYTES: usize = 255;

/// Checks a text that is to be an id or another key: neither empty, nor too long, nor with control characters.
///
/// # Errors
/// What is wrong with it.
pub fn check_text(text: &str) -> Result<(), ParseIdError> {
    if text.is_empty() {
        return Err(ParseIdError::Empty);
    }
    if text.len() > MAX_ID_BYTES {
        return Err(ParseIdError::TooLong { length: text.len(), limit: MAX_ID_BYTES });
    }
    match text.chars().find(|character| character.is_control()) {
        Some(character) => Err(ParseIdError::ControlCharacter { character }),
        None => Ok(()),
    }
}
