use rust_decimal::Decimal;
use serde_json::{Map, Number, Value as Json};

use super::{ApiDefinition, ApiError, ApiField, ApiKind, ApiScalar, ApiType, ApiTypes};

/// What clients see of a stored value.
///
/// # Errors
/// When the stored value is not of the type.
pub fn present(stored: Json, ty: &ApiType, types: &ApiTypes) -> Result<Json, ApiError> {
    match ty {
        ApiType::Optional(inner) if !stored.is_null() => present(stored, inner, types),
        ApiType::Optional(_) => Ok(Json::Null),
        ApiType::Scalar(ApiScalar::BigInt(_)) if stored.is_number() => Ok(Json::String(stored.to_string())),
        ApiType::Scalar(_) => Ok(stored),
        ApiType::List(inner) => each(stored, |item| present(item, inner, types)),
        ApiType::Adapted(inner, conversion) => present((conversion.present)(stored)?, inner, types),
        ApiType::Named(name) => match &definition(name, types)?.kind {
            ApiKind::Enum(variants) => {
                let found = variants.iter().find(|variant| stored.as_str() == Some(variant.stored));
                let found = found.ok_or_else(|| ApiError::new(format!("the stored value is no `{name}`")))?;
                Ok(Json::String(found.name.clone()))
            }
            ApiKind::Record(fields) => {
                let Json::Object(mut stored) = stored else {
                    return Err(ApiError::new(format!("the stored value is no `{name}`")));
                };
                let field = |field: &ApiField| {
                    let value = stored.remove(field.stored).unwrap_or_default();
                    let value = present(value, &field.ty, types).map_err(|error| error.within(&field.name))?;
                    Ok((field.name.clone(), value))
                };
                fields.iter().map(field).collect::<Result<Map<_, _>, _>>().map(Json::Object)
            }
        },
    }
}

/// The stored form of what a client gives.
///
/// # Errors
/// When it is not of the type; the error says where, in the client's names.
pub fn accept(given: Json, ty: &ApiType, types: &ApiTypes) -> Result<Json, ApiError> {
    match ty {
        ApiType::Optional(inner) if !given.is_null() => accept(given, inner, types),
        ApiType::Optional(_) => Ok(Json::Null),
        ApiType::Scalar(scalar) => accept_scalar(given, *scalar),
        // As GraphQL has it: a single value is a list of one.
        ApiType::List(inner) if !given.is_array() => Ok(Json::Array(vec![accept(given, inner, types)?])),
        ApiType::List(inner) => each(given, |item| accept(item, inner, types)),
        ApiType::Adapted(inner, conversion) => (conversion.accept)(accept(given, inner, types)?),
        ApiType::Named(name) => match &definition(name, types)?.kind {
            ApiKind::Enum(variants) => {
                let found = variants.iter().find(|variant| given.as_str() == Some(&variant.name));
                let found = found.ok_or_else(|| {
                    let known: Vec<_> = variants.iter().map(|variant| variant.name.as_str()).collect();
                    ApiError::new(format!("not one of {}", known.join(", ")))
                })?;
                Ok(Json::String(found.stored.to_owned()))
            }
            ApiKind::Record(fields) => accept_fields(given, fields, types),
        },
    }
}

/// The stored form of the fields that a client gives; those left out stay absent.
///
/// # Errors
/// As [`accept`], and where a field is not known or is missing.
pub fn accept_fields(given: Json, fields: &[ApiField], types: &ApiTypes) -> Result<Json, ApiError> {
    let Json::Object(mut given) = given else { return Err(ApiError::new("an object is expected")) };
    let mut stored = Map::new();
    for field in fields {
        match given.remove(&field.name) {
            Some(value) => {
                let value = accept(value, &field.ty, types).map_err(|error| error.within(&field.name))?;
                stored.insert(field.stored.to_owned(), value);
            }
            None if field.defaulted || matches!(field.ty, ApiType::Optional(_)) => {}
            None => return Err(ApiError::new("it is missing").within(&field.name)),
        }
    }
    match given.keys().next() {
        Some(unknown) => Err(ApiError::new("there is no such field").within(unknown)),
        None => Ok(Json::Object(stored)),
    }
}

fn definition<'t>(name: &str, types: &'t ApiTypes) -> Result<&'t ApiDefinition, ApiError> {
    types.get(name).ok_or_else(|| ApiError::new(format!("`{name}` is not defined")))
}

fn each(list: Json, convert: impl Fn(Json) -> Result<Json, ApiError>) -> Result<Json, ApiError> {
    let Json::Array(items) = list else { return Err(ApiError::new("a list is expected")) };
    let converted = items.into_iter().enumerate();
    let converted = converted.map(|(index, item)| convert(item).map_err(|error| error.within(index.to_string())));
    converted.collect::<Result<_, _>>().map(Json::Array)
}

pub(crate) fn accept_scalar(given: Json, scalar: ApiScalar) -> Result<Json, ApiError> {
    let expected = match scalar {
        ApiScalar::Boolean if given.is_boolean() => return Ok(given),
        ApiScalar::Float if given.is_number() => return Ok(given),
        ApiScalar::Int(range) => {
            if given.as_number().is_some_and(|number| range.contains(number)) {
                return Ok(given);
            }
            return Err(ApiError::new(format!("a number from {range} is expected")));
        }
        ApiScalar::BigInt(range) => {
            let number = big_int(&given).filter(|number| range.contains(number)).map(Json::Number);
            let message = || format!("an integer from {range} is expected, as a text of digits or a number");
            return number.ok_or_else(|| ApiError::new(message()));
        }
        ApiScalar::Decimal => match decimal(&given) {
            Some(number) => return Ok(Json::String(number.to_string())),
            None => "a decimal number is expected, as a text such as \"12.50\"",
        },
        ApiScalar::String | ApiScalar::Uuid | ApiScalar::DateTime | ApiScalar::Date if given.is_string() => {
            return Ok(given);
        }
        ApiScalar::Json => return Ok(given),
        ApiScalar::Boolean => "true or false is expected",
        ApiScalar::Float => "a number is expected",
        ApiScalar::String => "a text is expected",
        ApiScalar::Uuid => "a UUID is expected, as a text",
        ApiScalar::DateTime => "a time is expected, as a text such as \"2026-03-01T10:00:00Z\"",
        ApiScalar::Date => "a day is expected, as a text such as \"2026-03-01\"",
    };
    Err(ApiError::new(expected))
}

fn big_int(given: &Json) -> Option<Number> {
    match given {
        Json::Number(number) => Some(number.clone()),
        Json::String(text) => {
            let signed = text.parse::<i64>().map(Number::from);
            signed.or_else(|_| text.parse::<u64>().map(Number::from)).ok()
        }
        _ => None,
    }
}

/// Only what is exact: a literal with a point has been a floating-point number on its way.
fn decimal(given: &Json) -> Option<Decimal> {
    match given {
        Json::String(text) => Decimal::from_str_exact(text).ok(),
        Json::Number(number) => number.as_i64().map(Decimal::from).or_else(|| number.as_u64().map(Decimal::from)),
        _ => None,
    }
}
