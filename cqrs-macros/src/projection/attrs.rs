use darling::{Error, FromMeta, Result};
use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{DeriveInput, Ident, Meta, Token};

use crate::support::args::{Number, PathArg};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;
use crate::support::source::Events;

/// `#[projection(..)]` on the struct.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Attrs {
    pub(super) tables: Option<Tables>,
    pub(super) version: Option<Number>,
    pub(super) events: Option<Events>,
    pub(super) partition: Option<PathArg>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Attrs {
    const KEYS: &'static [&'static str] = &["tables", "version", "events", "partition", "crate"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        attributes::read(&input.attrs, "projection", errors)
    }
}

/// `tables(order_words, order_lengths)`.
#[derive(Clone)]
pub(super) struct Tables {
    pub(super) span: Span,
    pub(super) names: Vec<Ident>,
}

impl FromMeta for Tables {
    fn from_meta(item: &Meta) -> Result<Self> {
        let usage = "list the names of its tables, without quotes: `tables(order_words, ..)`";
        let Meta::List(list) = item else { return Err(Error::custom(usage).with_span(item)) };
        let names = list.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated);
        let names = names.map_err(|error| Error::custom(usage).with_span(&error.span()))?;
        Ok(Self { span: list.path.span(), names: names.into_iter().collect() })
    }
}
