//! Attributes: what is understood is kept, each mistake is reported on its own.

use darling::FromMeta;
use darling::ast::NestedMeta;
use syn::{Attribute, Meta};

use super::errors::Errors;

/// Reads every `#[name(..)]` among the attributes, together, as `T`.
///
/// An item that is wrong is reported and left out, so that the rest still counts.
pub(crate) fn read<T: FromMeta + Default>(attrs: &[Attribute], name: &str, errors: &Errors) -> T {
    let items = named(attrs, name).flat_map(|attribute| nested(attribute, name, errors)).collect();
    keep_valid(items, errors)
}

/// Reads each `#[name(..)]` on its own: annotations that may stand several times.
pub(crate) fn read_each<T: FromMeta + Default>(
    attrs: &[Attribute],
    name: &str,
    errors: &Errors,
) -> Vec<(Attribute, T)> {
    named(attrs, name)
        .map(|attribute| (attribute.clone(), keep_valid(nested(attribute, name, errors), errors)))
        .collect()
}

fn named<'a>(attrs: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    attrs.iter().filter(move |attribute| attribute.path().is_ident(name))
}

fn nested(attribute: &Attribute, name: &str, errors: &Errors) -> Vec<NestedMeta> {
    let Meta::List(list) = &attribute.meta else {
        errors.push(&attribute.meta, format!("write `#[{name}(..)]`"));
        return Vec::new();
    };
    NestedMeta::parse_meta_list(list.tokens.clone()).unwrap_or_else(|error| {
        errors.push_error(error);
        Vec::new()
    })
}

fn keep_valid<T: FromMeta + Default>(items: Vec<NestedMeta>, errors: &Errors) -> T {
    let mut valid = Vec::with_capacity(items.len());
    let mut value = T::default();
    for item in items {
        valid.push(item);
        match T::from_list(&valid) {
            Ok(parsed) => value = parsed,
            Err(error) => {
                errors.push_darling(error);
                valid.pop();
            }
        }
    }
    value
}
