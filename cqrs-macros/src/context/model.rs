use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Ident, Path};

use super::attrs::{Attrs, Types};
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::plain;

/// A bounded context.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) aggregates: Vec<Path>,
    pub(super) read_models: Vec<Path>,
    pub(super) projections: Vec<Path>,
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        check_unit(input, errors)?;
        if attrs.aggregates.is_none() && attrs.read_models.is_none() && attrs.projections.is_none() {
            let message = "say what it is made of: `#[context(aggregates(..), read_models(..))]`";
            errors.push(&input.ident, message);
        }
        let mut seen = BTreeSet::new();
        let mut listed = |types: &Option<Types>| {
            let paths = types.as_ref().map(|types| types.0.clone()).unwrap_or_default();
            let is_new = |path: &Path| {
                let is_new = seen.insert(path.to_token_stream().to_string());
                if !is_new {
                    errors.push(path, "it is listed twice: remove one");
                }
                is_new
            };
            paths.into_iter().filter(is_new).collect()
        };
        Some(Self {
            runtime: expansion::runtime(attrs.runtime.as_ref()),
            ident: input.ident.clone(),
            name: attrs.name.as_ref().map_or_else(|| plain(&input.ident), |name| name.value.clone()),
            description: description(&input.attrs),
            aggregates: listed(&attrs.aggregates),
            read_models: listed(&attrs.read_models),
            projections: listed(&attrs.projections),
        })
    }
}

/// It is a name for what is listed, and never made; `None` where it is anything else.
fn check_unit(input: &DeriveInput, errors: &Errors) -> Option<()> {
    let write = format!("write `struct {};`", input.ident);
    if !input.generics.params.is_empty() {
        errors.push(
            &input.generics.params,
            format!("a bounded context can't be generic, it is one application: {write}"),
        );
        return None;
    }
    match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Unit) => return Some(()),
        Data::Struct(data) => {
            errors.push(&data.fields, format!("a bounded context has no fields, it is a list: {write}"));
        }
        Data::Enum(data) => errors.push_at(data.enum_token.span, format!("a bounded context is a struct: {write}")),
        Data::Union(data) => errors.push_at(data.union_token.span, format!("a bounded context is a struct: {write}")),
    }
    None
}
