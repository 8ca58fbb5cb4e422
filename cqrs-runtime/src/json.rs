//! Writing JSON that is read again as what was written.
//!
//! JSON has no form for a float that is no number, and tells an absent value from a present one that holds nothing
//! (`Some(None)`) by nothing. Both would be written as `null` and be lost; here they are errors that name the place.

mod checked;
mod error;

use serde::Serialize;

pub use self::error::{EncodeError, FieldPath};

use self::checked::{Checked, Trace};

/// The JSON of a value, if it can be read again from it.
///
/// # Errors
/// When it can't, or when the value does not let itself be written.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, EncodeError> {
    let mut bytes = Vec::with_capacity(128);
    write(value, &mut serde_json::Serializer::new(&mut bytes))?;
    // serde_json writes nothing but UTF-8.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// The document of a value, if it can be read again from it.
///
/// # Errors
/// As [`encode`].
pub(crate) fn document<T: Serialize + ?Sized>(value: &T) -> Result<serde_json::Value, EncodeError> {
    write(value, serde_json::value::Serializer)
}

fn write<T, S>(value: &T, serializer: S) -> Result<S::Ok, EncodeError>
where
    T: Serialize + ?Sized,
    S: serde::Serializer<Error = serde_json::Error>,
{
    let trace = Trace::default();
    value.serialize(Checked::new(serializer, &trace)).map_err(|source| trace.error(source))
}

#[cfg(test)]
mod tests;
