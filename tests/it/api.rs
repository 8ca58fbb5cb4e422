//! What clients are told of values, events, commands and states, and how values go to them and come back.

mod deprecated;
mod domain;
mod integers;
mod records;
mod round_trips;
mod values;

use cqrs_runtime::api::{ApiError, ApiKind, ApiScalar, ApiType, ApiTypes, accept, present};
use cqrs_runtime::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// What clients see of a value.
fn shown<T: Value + Serialize>(value: &T) -> Json {
    let mut types = ApiTypes::default();
    let ty = T::api(&mut types);
    present(serde_json::to_value(value).expect("JSON"), &ty, &types).expect("it can be shown")
}

/// The value that a client gives.
fn given<T: Value + DeserializeOwned>(json: Json) -> Result<T, ApiError> {
    let mut types = ApiTypes::default();
    let ty = T::api(&mut types);
    Ok(serde_json::from_value(accept(json, &ty, &types)?).expect("the stored form"))
}

/// How clients are told of a type, in short: `[Name!]`.
fn written(ty: &ApiType) -> String {
    fn inner(ty: &ApiType) -> String {
        match ty {
            ApiType::Scalar(ApiScalar::Int(_)) => "Int".to_owned(),
            ApiType::Scalar(ApiScalar::BigInt(_)) => "BigInt".to_owned(),
            ApiType::Scalar(scalar) => format!("{scalar:?}"),
            ApiType::Optional(ty) | ApiType::Adapted(ty, _) => inner(ty),
            ApiType::List(ty) => format!("[{}]", written(ty)),
            ApiType::Named(name) => (*name).to_owned(),
        }
    }
    let optional = |ty: &ApiType| match ty {
        ApiType::Optional(_) => true,
        ApiType::Adapted(ty, _) => matches!(**ty, ApiType::Optional(_)),
        ApiType::Scalar(_) | ApiType::List(_) | ApiType::Named(_) => false,
    };
    if optional(ty) { inner(ty) } else { inner(ty) + "!" }
}

/// All definitions, in short.
fn listed(types: &ApiTypes) -> Vec<String> {
    let definition = |(name, definition): (&str, &cqrs_runtime::api::ApiDefinition)| match &definition.kind {
        ApiKind::Enum(variants) => {
            let words: Vec<_> = variants.iter().map(|word| format!("{}={}", word.name, word.stored)).collect();
            format!("enum {name} {{ {} }}", words.join(" "))
        }
        ApiKind::Record(all) => format!("type {name} {{ {} }}", fields(all)),
    };
    types.iter().map(definition).collect()
}

/// Fields, in short.
fn fields(fields: &[cqrs_runtime::api::ApiField]) -> String {
    let fields = fields.iter().map(|field| {
        let defaulted = if field.defaulted { " = .." } else { "" };
        format!("{}={}: {}{defaulted}", field.name, field.stored, written(&field.ty))
    });
    fields.collect::<Vec<_>>().join(", ")
}
