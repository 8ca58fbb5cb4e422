//! The scalars of the schema: how a type of values is spelled there.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::registry::MetaType;
use chrono::{DateTime, NaiveDate};
use uuid::Uuid;

use super::input_type;
use super::meta::scalar;
use crate::api::{ApiScalar, ApiType, IntegerRange, accept_scalar};

/// A type as the type of an output: `[Money!]!`.
pub(super) fn output(ty: &ApiType) -> String {
    match ty {
        ApiType::Optional(inner) => nullable(inner),
        other => format!("{}!", nullable(other)),
    }
}

/// The same, of a value that may be absent.
fn nullable(ty: &ApiType) -> String {
    match ty {
        ApiType::Scalar(known) => input_type::scalar(*known).to_owned(),
        ApiType::Named(name) => (*name).to_owned(),
        ApiType::Optional(inner) | ApiType::Adapted(inner, _) => nullable(inner),
        ApiType::List(inner) => format!("[{}]", output(inner)),
    }
}

/// The scalars that GraphQL does not have itself.
pub(super) fn all() -> impl Iterator<Item = MetaType> {
    let scalars: [(ApiScalar, &str, Option<&str>); 6] = [
        (
            ApiScalar::BigInt(IntegerRange::ANY),
            "An integer of up to 64 bits, as a text of decimal digits: a number of JavaScript would lose some. As an \
             input, an integer is taken as well.",
            Some("https://www.rfc-editor.org/rfc/rfc7493#section-2.2"),
        ),
        (
            ApiScalar::Decimal,
            "An exact decimal number, as a text such as `\"12.50\"`. As an input, an integer is taken as well.",
            Some("https://www.rfc-editor.org/rfc/rfc7493#section-2.2"),
        ),
        (ApiScalar::Uuid, "A UUID, as a text.", Some("https://www.rfc-editor.org/rfc/rfc9562")),
        (
            ApiScalar::DateTime,
            "A moment, as a text such as `\"2026-03-01T10:00:00Z\"`.",
            Some("https://www.rfc-editor.org/rfc/rfc3339"),
        ),
        (ApiScalar::Date, "A day, as a text such as `\"2026-03-01\"`.", Some("https://www.rfc-editor.org/rfc/rfc3339")),
        (ApiScalar::Json, "Anything that JSON can hold.", Some("https://www.rfc-editor.org/rfc/rfc8259")),
    ];
    scalars.into_iter().map(|(kind, description, specified_by)| {
        scalar(input_type::scalar(kind), description, specified_by, Arc::new(move |value| is_valid(kind, value)))
    })
}

/// Whether a value that a client gives is one of the scalar's.
fn is_valid(kind: ApiScalar, value: &Value) -> bool {
    let Ok(json) = value.clone().into_json() else { return false };
    let text = json.as_str();
    match kind {
        ApiScalar::Uuid => text.is_some_and(|text| Uuid::try_parse(text).is_ok()),
        ApiScalar::DateTime => text.is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok()),
        ApiScalar::Date => text.is_some_and(|text| text.parse::<NaiveDate>().is_ok()),
        other => accept_scalar(json, other).is_ok(),
    }
}
