//! Scalars, enums and records.

use async_graphql::registry::{MetaField, MetaInputValue};

use super::super::catalog::Catalog;
use super::super::meta::{FieldExt, InputExt, enumeration, field, input, input_object, object};
use super::super::{input_type, scalars};
use super::Types;
use crate::api::{ApiField, ApiKind};

pub(super) fn register(catalog: &Catalog, types: &mut Types) {
    for scalar in scalars::all() {
        types.add(scalar);
    }
    for (name, definition) in catalog.types.iter() {
        match &definition.kind {
            ApiKind::Enum(variants) => types.add(enumeration(name, definition.description, variants)),
            ApiKind::Record(fields) => {
                types.add(object(name, definition.description, fields.iter().map(output_field)));
                let inputs = fields.iter().map(|field| input_field(catalog, field));
                types.add(input_object(&input_type::record_name(name), definition.description, false, inputs));
            }
        }
    }
}

/// A field of an output.
pub(super) fn output_field(of: &ApiField) -> MetaField {
    field(&of.name, &scalars::output(&of.ty), of.description).deprecated(of.deprecated)
}

/// A field of an input.
pub(in crate::graphql) fn input_field(catalog: &Catalog, field: &ApiField) -> MetaInputValue {
    let ty = if field.defaulted {
        input_type::nullable(&field.ty, &catalog.types)
    } else {
        input_type::input(&field.ty, &catalog.types)
    };
    input(&field.name, &ty, field.description).deprecated(field.deprecated)
}
