use darling::FromMeta;
use syn::DeriveInput;

use crate::support::args::{PathArg, Text};
use crate::support::attributes;
use crate::support::errors::Errors;

/// `#[id(..)]`.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Attrs {
    pub(super) name: Option<Text>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        attributes::read(&input.attrs, "id", errors)
    }
}
