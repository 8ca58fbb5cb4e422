use darling::{Error, FromMeta, Result};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Data, DeriveInput, Field, Ident, LitInt, LitStr, Meta, Token, Type};

use crate::support::args::{DefaultArg, Number, PathArg, Text, TypeArg, Word};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// All that the annotations say.
pub(super) struct Attrs {
    pub(super) container: Container,
    pub(super) fields: Vec<OnField>,
}

/// `#[event(..)]` on the struct.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Container {
    pub(super) name: Option<Text>,
    pub(super) version: Option<Number>,
    pub(super) previous: Option<PathArg>,
    #[darling(multiple)]
    pub(super) removed: Vec<Removed>,
    pub(super) public: Option<Word>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Container {
    const KEYS: &'static [&'static str] = &["name", "version", "previous", "removed", "public", "crate"];
}

/// A field, and each `#[event(..)]` on it.
pub(super) struct OnField {
    pub(super) field: Field,
    pub(super) changes: Vec<(Attribute, Change)>,
}

/// One `#[event(..)]` on a field: since when it exists, what it was before, or that clients see it.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Change {
    pub(super) since: Option<Number>,
    pub(super) default: Option<DefaultArg>,
    pub(super) until: Option<Number>,
    pub(super) was: Option<Text>,
    pub(super) ty: Option<TypeArg>,
    pub(super) with: Option<PathArg>,
    pub(super) public: Option<Word>,
}

impl Keys for Change {
    const KEYS: &'static [&'static str] = &["since", "default", "until", "was", "ty", "with", "public"];
}

/// A field that is no more: `removed(legacy: String, until = 2)`, or with `since = ..` and `was = ".."`.
#[derive(Clone)]
pub(super) struct Removed {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) was: Option<Text>,
    pub(super) since: Option<Number>,
    pub(super) until: Number,
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        let fields = match &input.data {
            Data::Struct(data) => data.fields.iter().cloned().collect(),
            Data::Enum(_) | Data::Union(_) => Vec::new(),
        };
        let fields = fields.into_iter().map(|field: Field| {
            let changes = attributes::read_each(&field.attrs, "event", errors);
            OnField { field, changes }
        });
        Self { container: attributes::read(&input.attrs, "event", errors), fields: fields.collect() }
    }
}

impl FromMeta for Removed {
    fn from_meta(item: &Meta) -> Result<Self> {
        let usage = "write `removed(name: Type, until = 2)`";
        let Meta::List(list) = item else { return Err(Error::custom(usage).with_span(item)) };
        list.parse_args().map_err(|error| Error::custom(format!("{usage}: {error}")).with_span(&error.span()))
    }
}

impl Parse for Removed {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        let (mut was, mut since, mut until) = (None, None, None);
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "was" => was = Some(text(input)?),
                "since" => since = Some(number(input)?),
                "until" => until = Some(number(input)?),
                _ => return Err(syn::Error::new(key.span(), "there are `since`, `until` and `was`")),
            }
        }
        let until = until.ok_or_else(|| syn::Error::new(input.span(), "`until` is missing"))?;
        Ok(Self { ident, ty, was, since, until })
    }
}

fn text(input: ParseStream) -> syn::Result<Text> {
    let literal: LitStr = input.parse()?;
    Ok(Text { value: literal.value(), span: literal.span() })
}

fn number(input: ParseStream) -> syn::Result<Number> {
    let literal: LitInt = input.parse()?;
    Ok(Number { value: literal.base10_parse()?, span: literal.span() })
}
