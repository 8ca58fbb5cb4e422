//! What clients are told of values, commands and states.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::stored::Adapted;
use crate::api::{ApiDefinition, ApiError, ApiField, ApiKind, ApiType, ApiTypes, ApiVariant, Conversion};
use crate::json::{self, EncodeError};
use crate::value::{Adapter, Value};

/// A record of values.
#[must_use]
pub fn api_record<const N: usize>(description: &'static str, fields: [ApiField; N]) -> ApiDefinition {
    ApiDefinition { description, kind: ApiKind::Record(fields.into()) }
}

/// One of several words.
#[must_use]
pub fn api_enum<const N: usize>(description: &'static str, variants: [ApiVariant; N]) -> ApiDefinition {
    ApiDefinition { description, kind: ApiKind::Enum(variants.into()) }
}

/// What clients see of a newtype: what it is stored as.
pub fn adapted_api<A: Adapted>(types: &mut ApiTypes) -> ApiType {
    <<A::Adapter as Adapter<A::Foreign>>::Stored as Value>::api(types)
}

/// What clients see of a value through an adapter.
pub fn api_through<T, A>(types: &mut ApiTypes) -> ApiType
where
    T: Serialize + DeserializeOwned,
    A: Adapter<T>,
{
    let conversion = Conversion { present: present_through::<T, A>, accept: accept_through::<T, A> };
    ApiType::Adapted(Box::new(<A::Stored as Value>::api(types)), conversion)
}

fn present_through<T: DeserializeOwned, A: Adapter<T>>(stored: Json) -> Result<Json, ApiError> {
    let value: T = serde_json::from_value(stored).map_err(told)?;
    json::document(&A::store(&value)).map_err(told)
}

fn accept_through<T: Serialize, A: Adapter<T>>(given: Json) -> Result<Json, ApiError> {
    let form: A::Stored = serde_json::from_value(given).map_err(told)?;
    json::document(&A::restore(form).map_err(told)?).map_err(told)
}

fn told(error: impl std::error::Error) -> ApiError {
    ApiError::new(error.to_string())
}

/// A type that a field of a command can have.
#[diagnostic::on_unimplemented(
    message = "clients can't be told how to send `{Self}`: it is not a `Value`",
    label = "not a `Value`",
    note = "derive it: `#[derive(Value)]` on `{Self}`; for a type of another crate, wrap it: \
            `#[derive(Value)] #[value(with = AnAdapter)] pub struct Mine({Self});`"
)]
pub trait SentValue {
    /// How clients are told of it.
    fn api(types: &mut ApiTypes) -> ApiType;
}

#[diagnostic::do_not_recommend]
impl<T: Value> SentValue for T {
    fn api(types: &mut ApiTypes) -> ApiType {
        <T as Value>::api(types)
    }
}

/// A type that a public field of a state can have.
#[diagnostic::on_unimplemented(
    message = "clients can't be told of `{Self}`: it is not a `Value`",
    label = "not a `Value`",
    note = "derive it: `#[derive(Value)]` on `{Self}`; for a type of another crate, wrap it: \
            `#[derive(Value)] #[value(with = AnAdapter)] pub struct Mine({Self});`; or don't mark the field as `public`"
)]
pub trait PublicValue {
    /// How clients are told of it.
    fn api(types: &mut ApiTypes) -> ApiType;

    /// Its stored form.
    ///
    /// # Errors
    /// When it can't be told in JSON.
    fn tell(&self) -> Result<Json, EncodeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Value + Serialize> PublicValue for T {
    fn api(types: &mut ApiTypes) -> ApiType {
        <T as Value>::api(types)
    }

    fn tell(&self) -> Result<Json, EncodeError> {
        json::document(self)
    }
}

/// Whether a field that a rule names has a value, however that is written.
///
/// # Errors
/// When the field can't be told in JSON.
pub fn ruled<T: Serialize + DeserializeOwned>(field: &T, value: &Json) -> Result<bool, EncodeError> {
    // What the field can't have, it has not.
    let Ok(value) = T::deserialize(value) else { return Ok(false) };
    Ok(json::document(field)? == json::document(&value)?)
}

/// An object of public fields, by their stored names.
///
/// # Errors
/// The first one that there is.
pub fn public_fields<const N: usize>(
    fields: [(&'static str, Result<Json, EncodeError>); N],
) -> Result<Json, EncodeError> {
    let fields = fields.into_iter().map(|(name, value)| Ok((name.to_owned(), value?)));
    fields.collect::<Result<Map<_, _>, _>>().map(Json::Object)
}
