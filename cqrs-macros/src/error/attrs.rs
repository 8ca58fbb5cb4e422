use darling::FromMeta;
use syn::{Attribute, Data, DeriveInput, Ident};

use crate::support::args::{PathArg, Text};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// All that the annotations say.
pub(super) struct Attrs {
    pub(super) container: Domain,
    pub(super) variants: Vec<(Ident, Domain)>,
}

/// `#[domain(..)]`, on a struct or on a variant.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Domain {
    pub(super) code: Option<Text>,
    pub(super) field: Option<Text>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Domain {
    const KEYS: &'static [&'static str] = &["code", "field", "crate"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        let read = |attrs: &[Attribute]| attributes::read::<Domain>(attrs, "domain", errors);
        let variants = match &input.data {
            Data::Enum(data) => data.variants.iter().map(|v| (v.ident.clone(), read(&v.attrs))).collect(),
            Data::Struct(_) | Data::Union(_) => Vec::new(),
        };
        Self { container: read(&input.attrs), variants }
    }
}
