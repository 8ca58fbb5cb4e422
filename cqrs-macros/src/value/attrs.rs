use darling::FromMeta;
use syn::DeriveInput;

use crate::support::args::{PathArg, Text, TypeArg, Word};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// `#[value(..)]`.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Attrs {
    pub(super) name: Option<Text>,
    pub(super) with: Option<TypeArg>,
    pub(super) columns: Option<Word>,
    pub(super) api: Option<TypeArg>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Attrs {
    const KEYS: &'static [&'static str] = &["name", "with", "columns", "api", "crate"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        attributes::read(&input.attrs, "value", errors)
    }
}
