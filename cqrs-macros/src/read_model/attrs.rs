use darling::{Error, FromMeta, Result};
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields, Meta, Path, Token};

use crate::support::access::Roles;
use crate::support::args::{Number, PathArg, Text, Word};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;
use crate::support::source::Events;

/// All that the annotations say.
pub(super) struct Attrs {
    pub(super) container: Container,
    pub(super) fields: Vec<OnField>,
}

/// `#[read_model(..)]` on the struct.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Container {
    pub(super) table: Option<Text>,
    pub(super) plural: Option<Text>,
    pub(super) version: Option<Number>,
    pub(super) events: Option<Events>,
    pub(super) lookups: Option<Lookups>,
    pub(super) partition: Option<PathArg>,
    pub(super) roles: Option<Roles>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Container {
    const KEYS: &'static [&'static str] =
        &["table", "plural", "version", "events", "lookups", "partition", "roles", "crate"];
}

/// A field and `#[read_model(..)]` on it.
pub(super) struct OnField {
    pub(super) field: Field,
    pub(super) purposes: Purposes,
}

/// What a field is for.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Purposes {
    pub(super) key: Option<Word>,
    pub(super) filter: Option<Word>,
    pub(super) order: Option<Word>,
    pub(super) references: Option<PathArg>,
    pub(super) name: Option<Text>,
    pub(super) roles: Option<Roles>,
}

impl Keys for Purposes {
    const KEYS: &'static [&'static str] = &["key", "filter", "order", "references", "name", "roles"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        let fields: Vec<Field> = match &input.data {
            Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => data.fields.iter().cloned().collect(),
            Data::Struct(_) | Data::Enum(_) | Data::Union(_) => Vec::new(),
        };
        let fields = fields.into_iter().map(|field| {
            let purposes = attributes::read(&field.attrs, "read_model", errors);
            OnField { field, purposes }
        });
        Self { container: attributes::read(&input.attrs, "read_model", errors), fields: fields.collect() }
    }
}

/// `lookups(OrderCustomer)`.
#[derive(Clone)]
pub(super) struct Lookups {
    pub(super) span: Span,
    pub(super) models: Vec<Path>,
}

impl FromMeta for Lookups {
    fn from_meta(item: &Meta) -> Result<Self> {
        let usage = "list read models without events: `lookups(OrderCustomer, ..)`";
        let Meta::List(list) = item else { return Err(Error::custom(usage).with_span(item)) };
        let paths =
            |input: ParseStream| Punctuated::<Path, Token![,]>::parse_terminated_with(input, Path::parse_mod_style);
        let models = list.parse_args_with(paths).map_err(Error::from)?;
        Ok(Self { span: list.path.span(), models: models.into_iter().collect() })
    }
}
