//! The fields of a state that clients see.

use syn::{Data, DeriveInput, Fields, Ident, Type};

use crate::aggregate::attrs::{Attrs, OnField};
use crate::support::args::Word;
use crate::support::errors::Errors;
use crate::support::layout::stored_field_name;
use crate::support::serde::SerdeAttrs;
use crate::support::told::Told;

/// A field that clients see.
pub(in crate::aggregate) struct PublicField {
    pub(in crate::aggregate) ident: Ident,
    pub(in crate::aggregate) ty: Type,
    /// Its name in the stored state.
    pub(in crate::aggregate) stored: String,
    pub(in crate::aggregate) told: Told,
}

/// What clients find in every state beside its fields.
const TAKEN: &[&str] = &["id", "version", "position", "recordedAt"];

pub(super) fn fields(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Vec<PublicField> {
    let all = attrs.container.public;
    let marked = attrs.fields.iter().filter(|field| all.is_some() || field.public.is_some());
    if let Some(Word { span }) = all.or_else(|| attrs.fields.iter().find_map(|field| field.public))
        && !matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Named(_)))
    {
        errors.push_at(
            span,
            "clients see fields by their names, and this state has none: write a struct with named fields",
        );
        return Vec::new();
    }
    let case = SerdeAttrs::read(&input.attrs).case("rename_all");
    let mut fields: Vec<PublicField> = Vec::new();
    for OnField { field, .. } in marked {
        let (Some(ident), Some(stored)) = (field.ident.clone(), stored_field_name(field, case)) else { continue };
        let told = Told::of_field(field, &ident);
        told.check_name(&fields.iter().map(|field| &field.told).collect::<Vec<_>>(), TAKEN, errors);
        fields.push(PublicField { ident, ty: field.ty.clone(), stored, told });
    }
    fields
}
