use darling::FromMeta;
use syn::DeriveInput;

use crate::support::args::{PathArg, Text};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// `#[id(..)]`.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Attrs {
    pub(super) name: Option<Text>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Attrs {
    const KEYS: &'static [&'static str] = &["name", "crate"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        attributes::read(&input.attrs, "id", errors)
    }
}
