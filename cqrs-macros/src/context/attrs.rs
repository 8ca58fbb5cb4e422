use darling::{Error, FromMeta, Result};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Meta, Path, Token};

use crate::support::args::{PathArg, Text};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// `#[context(..)]`.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Attrs {
    pub(super) aggregates: Option<Types>,
    pub(super) read_models: Option<Types>,
    pub(super) projections: Option<Types>,
    pub(super) name: Option<Text>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Attrs {
    const KEYS: &'static [&'static str] = &["aggregates", "read_models", "projections", "name", "crate"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        attributes::read(&input.attrs, "context", errors)
    }
}

/// `aggregates(Account, Customer)`.
#[derive(Clone)]
pub(super) struct Types(pub(super) Vec<Path>);

impl FromMeta for Types {
    fn from_meta(item: &Meta) -> Result<Self> {
        let key = item.path().segments.last().map_or_else(String::new, |segment| segment.ident.to_string());
        let usage = format!("list the types: `{key}(A, B, ..)`");
        let Meta::List(list) = item else { return Err(Error::custom(usage).with_span(item)) };
        let paths =
            |input: ParseStream| Punctuated::<Path, Token![,]>::parse_terminated_with(input, Path::parse_mod_style);
        let paths = list.parse_args_with(paths).map_err(|error| Error::custom(usage).with_span(&error.span()))?;
        Ok(Self(paths.into_iter().collect()))
    }
}
