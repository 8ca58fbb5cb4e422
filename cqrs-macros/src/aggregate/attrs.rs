use darling::{Error, FromMeta, Result};
use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Meta, Path, Token, parenthesized};

use crate::support::access::Roles;
use crate::support::args::{Number, PathArg, Text, TypeArg, Word};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// All that the annotations say.
pub(super) struct Attrs {
    pub(super) container: Container,
    pub(super) fields: Vec<OnField>,
}

/// A field and `#[aggregate(..)]` on it.
pub(super) struct OnField {
    pub(super) field: Field,
    /// Whether clients see it.
    pub(super) public: Option<Word>,
}

#[derive(Default, FromMeta)]
#[darling(default)]
struct FieldKeys {
    public: Option<Word>,
}

impl Keys for FieldKeys {
    const KEYS: &'static [&'static str] = &["public"];
}

/// `#[aggregate(..)]` on the type.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Container {
    pub(super) id: Option<TypeArg>,
    pub(super) events: Option<Listing>,
    pub(super) commands: Option<Listing>,
    pub(super) error: Option<TypeArg>,
    pub(super) config: Option<TypeArg>,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) retired: Option<Listing>,
    pub(super) name: Option<Text>,
    pub(super) event_enum: Option<PathArg>,
    pub(super) command_enum: Option<PathArg>,
    pub(super) public: Option<Word>,
    pub(super) roles: Option<Roles>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Container {
    const KEYS: &'static [&'static str] = &[
        "id",
        "events",
        "commands",
        "error",
        "config",
        "snapshot",
        "retired",
        "name",
        "event_enum",
        "command_enum",
        "public",
        "roles",
        "crate",
    ];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        let fields: Vec<Field> = match &input.data {
            Data::Struct(data) => data.fields.iter().cloned().collect(),
            Data::Enum(_) | Data::Union(_) => Vec::new(),
        };
        let fields = fields.into_iter().map(|field| {
            let keys: FieldKeys = attributes::read(&field.attrs, "aggregate", errors);
            OnField { field, public: keys.public }
        });
        Self { fields: fields.collect(), container: attributes::read(&input.attrs, "aggregate", errors) }
    }
}

/// `snapshot(every = 100, version = 1)`.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) span: Span,
    pub(super) every: Option<Number>,
    pub(super) version: Option<Number>,
}

#[derive(Default, FromMeta)]
#[darling(default)]
struct SnapshotKeys {
    every: Option<Number>,
    version: Option<Number>,
}

impl FromMeta for Snapshot {
    fn from_meta(item: &Meta) -> Result<Self> {
        let SnapshotKeys { every, version } = SnapshotKeys::from_meta(item)?;
        Ok(Self { span: item.path().span(), every, version })
    }
}

/// A list of types, some of them in a group: `events(A, B)`, `events(init(A, B), C)`, `commands(create(D), E)`.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) span: Span,
    pub(super) entries: Vec<Entry>,
}

/// One type of a list, or a group.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Type(Path),
    Group { keyword: syn::Ident, types: Vec<Path> },
}

impl Listing {
    /// All the types, in order, and whether each stands in a group.
    pub(super) fn types(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.entries.iter().flat_map(|entry| match entry {
            Entry::Type(path) => vec![(path, false)],
            Entry::Group { types, .. } => types.iter().map(|path| (path, true)).collect(),
        })
    }
}

impl FromMeta for Listing {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Meta::List(list) = item else {
            let key = item.path().segments.last().map_or_else(String::new, |segment| segment.ident.to_string());
            return Err(Error::custom(format!("list the types: `{key}(A, B, ..)`")).with_span(item));
        };
        let entries = list.parse_args_with(Punctuated::<Entry, Token![,]>::parse_terminated).map_err(Error::from)?;
        Ok(Self { span: list.path.span(), entries: entries.into_iter().collect() })
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let path = Path::parse_mod_style(input)?;
        if !input.peek(syn::token::Paren) {
            return Ok(Self::Type(path));
        }
        let keyword = path.require_ident()?.clone();
        let content;
        parenthesized!(content in input);
        let types = Punctuated::<Path, Token![,]>::parse_terminated_with(&content, Path::parse_mod_style)?;
        Ok(Self::Group { keyword, types: types.into_iter().collect() })
    }
}
