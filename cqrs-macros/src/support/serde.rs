//! What `#[serde(..)]` says of stored names.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, Meta, Token};

use super::errors::Errors;
use super::names::Case;

/// The items of all `#[serde(..)]` on a container, a variant or a field.
#[derive(Clone, Default)]
pub(crate) struct SerdeAttrs {
    items: Vec<Meta>,
}

/// Keys that change the stored form in a way that the schema can't tell.
const OPAQUE: &[&str] = &[
    "flatten",
    "untagged",
    "tag",
    "content",
    "from",
    "try_from",
    "into",
    "remote",
    "with",
    "serialize_with",
    "deserialize_with",
    "getter",
    "other",
    "transparent",
    "variant_identifier",
    "field_identifier",
];

/// What is written by serde, and by whom it is read again.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Events, states and values: the schema says what is stored.
    Stored,
    /// Commands: clients send them, and a repetition is recognised by its JSON.
    Sent,
}

impl Purpose {
    /// Why a key that lets the JSON be another than the fields say is refused.
    fn opaque(self, key: &str) -> String {
        let why = match self {
            Self::Stored => "hides the stored shape from the schema",
            Self::Sent => "lets a command be written otherwise than it is read, so that a repetition is not recognised",
        };
        format!("`{key}` {why}; wrap the type instead: `#[derive(Value)] #[value(with = AnAdapter)] struct Mine(..)`")
    }

    /// Why a key that leaves something out is refused.
    fn skipping(self, key: &str) -> String {
        match self {
            Self::Stored => {
                format!("what `{key}` leaves out is lost when it is read again: store it, or remove it from the type")
            }
            Self::Sent => format!(
                "what `{key}` leaves out can't be sent, or a repetition is not recognised by it: remove it from the \
                 command; what the server knows comes in through the `Context`, what it asks others through \
                 `#[command(enrich = ..)]`"
            ),
        }
    }
}

/// Keys that leave out of the stored form what the schema says is in it.
const SKIPPING: &[&str] = &["skip", "skip_serializing", "skip_deserializing", "skip_serializing_if"];

impl SerdeAttrs {
    /// Reads them; what serde itself refuses is left to serde.
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let items = attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("serde"))
            .filter_map(|attribute| attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok())
            .flatten()
            .collect();
        Self { items }
    }

    /// Reads them, and refuses what the schema can't tell.
    pub(crate) fn read_told(attrs: &[Attribute], errors: &Errors) -> Self {
        Self::read_for(Purpose::Stored, attrs, errors)
    }

    /// Reads them, and refuses what does not suit the purpose.
    pub(crate) fn read_for(purpose: Purpose, attrs: &[Attribute], errors: &Errors) -> Self {
        let read = Self::read(attrs);
        for item in &read.items {
            let key = item.path().to_token_stream().to_string();
            if OPAQUE.contains(&key.as_str()) {
                errors.push(item, purpose.opaque(&key));
            } else if SKIPPING.contains(&key.as_str()) {
                errors.push(item, purpose.skipping(&key));
            } else if matches!(item, Meta::List(_)) && key.starts_with("rename") {
                errors.push(item, format!("what is written is read back: use one name, `{key} = \"..\"`"));
            }
        }
        read
    }

    /// Whether the key stands, with or without a value.
    pub(crate) fn find(&self, key: &str) -> Option<&Meta> {
        self.items.iter().find(|item| item.path().is_ident(key))
    }

    /// The text of `rename = ".."`.
    pub(crate) fn rename(&self) -> Option<String> {
        self.text("rename")
    }

    /// The convention of `rename_all` or `rename_all_fields`.
    pub(crate) fn case(&self, key: &str) -> Option<Case> {
        self.text(key).and_then(|name| Case::parse(&name))
    }

    /// The attribute again, without the given keys; nothing where nothing is left.
    pub(crate) fn without(&self, keys: &[&str]) -> TokenStream {
        let kept = self.items.iter().filter(|item| !keys.iter().any(|key| item.path().is_ident(key)));
        let kept: Vec<_> = kept.collect();
        if kept.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#kept),*)]) }
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.find(key)? {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        }
    }
}
