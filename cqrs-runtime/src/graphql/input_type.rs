//! Input types of the schema: what they are called, and what they are made of.

use std::collections::BTreeMap;

use crate::api::{ApiKind, ApiScalar, ApiType, ApiTypes};

/// An input type that the schema has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InputType {
    /// Its name: `AccountSummaryFilter`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether exactly one of its fields is given: `@oneOf`.
    pub one_of: bool,
    /// Its fields.
    pub fields: Vec<InputField>,
}

/// A field of an input type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InputField {
    /// Its name.
    pub name: String,
    /// Its type, as GraphQL spells it: `[MoneyInput!]`.
    pub ty: String,
    /// What it is for.
    pub description: String,
    /// Why it should not be used any more.
    pub deprecated: Option<&'static str>,
}

/// What GraphQL calls a scalar.
#[must_use]
pub(super) fn scalar(scalar: ApiScalar) -> &'static str {
    match scalar {
        ApiScalar::Boolean => "Boolean",
        ApiScalar::Int(_) => "Int",
        ApiScalar::BigInt(_) => "BigInt",
        ApiScalar::Float => "Float",
        ApiScalar::Decimal => "Decimal",
        ApiScalar::String => "String",
        ApiScalar::Uuid => "UUID",
        ApiScalar::DateTime => "DateTime",
        ApiScalar::Date => "Date",
        ApiScalar::Json => "JSON",
    }
}

/// What GraphQL calls a type where it is given, with `!` where it must be.
#[must_use]
pub(super) fn input(ty: &ApiType, types: &ApiTypes) -> String {
    match ty {
        ApiType::Optional(inner) => nullable(inner, types),
        other => format!("{}!", nullable(other, types)),
    }
}

/// What GraphQL calls a type where it may be left out.
#[must_use]
pub(super) fn nullable(ty: &ApiType, types: &ApiTypes) -> String {
    match ty {
        ApiType::Scalar(known) => scalar(*known).to_owned(),
        ApiType::Optional(inner) | ApiType::Adapted(inner, _) => nullable(inner, types),
        ApiType::List(inner) => format!("[{}]", input(inner, types)),
        ApiType::Named(name) => match types.get(name).map(|definition| &definition.kind) {
            Some(ApiKind::Record(_)) => record_name(name),
            _ => (*name).to_owned(),
        },
    }
}

/// What the input type of a record is called.
#[must_use]
pub(super) fn record_name(name: &str) -> String {
    format!("{name}Input")
}

/// Adds the input types of the records that a type is made of.
pub(super) fn records(ty: &ApiType, types: &ApiTypes, found: &mut BTreeMap<String, InputType>) {
    let name = match ty {
        ApiType::Scalar(_) => return,
        ApiType::Optional(inner) | ApiType::Adapted(inner, _) | ApiType::List(inner) => {
            return records(inner, types, found);
        }
        ApiType::Named(name) => name,
    };
    let Some(definition) = types.get(name) else { return };
    let ApiKind::Record(fields) = &definition.kind else { return };
    if found.contains_key(&record_name(name)) {
        return;
    }
    let of_input = fields.iter().map(|field| InputField {
        name: field.name.clone(),
        ty: if field.defaulted { nullable(&field.ty, types) } else { input(&field.ty, types) },
        description: field.description.to_owned(),
        deprecated: field.deprecated,
    });
    let record = InputType {
        name: record_name(name),
        description: definition.description.to_owned(),
        one_of: false,
        fields: of_input.collect(),
    };
    // Before its fields: a record may be made of itself.
    found.insert(record.name.clone(), record);
    for field in fields {
        records(&field.ty, types, found);
    }
}
