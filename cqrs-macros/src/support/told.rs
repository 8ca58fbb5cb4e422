//! What clients are told of fields and variants: names in their spelling, descriptions, deprecations.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Field, Ident, Type, Variant};

use super::deprecation;
use super::docs::description;
use super::errors::Errors;
use super::expansion::local;
use super::input::plain;
use super::names::{client_field, client_variant};
use super::serde::SerdeAttrs;

/// What clients are told of a field or a variant, beside its type.
pub(crate) struct Told {
    ident: Ident,
    /// A field, or a variant.
    what: &'static str,
    /// What they call it.
    pub(crate) name: String,
    description: String,
    deprecated: Option<String>,
    /// Whether an input may leave it out.
    pub(crate) defaulted: bool,
}

impl Told {
    pub(crate) fn of_field(field: &Field, ident: &Ident) -> Self {
        Self {
            ident: ident.clone(),
            what: "field",
            name: client_field(&plain(ident)),
            description: description(&field.attrs),
            deprecated: deprecated(&field.attrs),
            defaulted: SerdeAttrs::read(&field.attrs).find("default").is_some(),
        }
    }

    pub(crate) fn of_variant(variant: &Variant) -> Self {
        Self {
            ident: variant.ident.clone(),
            what: "variant",
            name: client_variant(&plain(&variant.ident)),
            description: description(&variant.attrs),
            deprecated: deprecated(&variant.attrs),
            defaulted: false,
        }
    }

    /// An expression of type `ApiField`.
    pub(crate) fn field(&self, stored: &str, api: &TokenStream) -> TokenStream {
        let (name, more) = (&self.name, self.more());
        let defaulted = self.defaulted.then(|| quote!(.defaulted()));
        quote!(__private::ApiField::new(#name, #stored, #api) #more #defaulted)
    }

    /// An expression of type `ApiVariant`.
    pub(crate) fn variant(&self, stored: &str) -> TokenStream {
        let (name, more) = (&self.name, self.more());
        quote!(__private::ApiVariant::new(#name, #stored) #more)
    }

    fn more(&self) -> TokenStream {
        let description = &self.description;
        let described = (!description.is_empty()).then(|| quote!(.described(#description)));
        let deprecated = self.deprecated.as_ref().map(|why| quote!(.deprecated(#why)));
        quote!(#described #deprecated)
    }
}

/// Why an item should not be used any more; what GraphQL says where it does not say.
pub(crate) fn deprecated(attrs: &[Attribute]) -> Option<String> {
    let why = deprecation::deprecation(attrs)?;
    Some(if why.is_empty() { "No longer supported".to_owned() } else { why })
}

/// Reports the fields or variants that clients can't be told of.
pub(crate) fn check_names<'f>(all: impl IntoIterator<Item = &'f Told>, taken: &[&str], errors: &Errors) {
    let mut before: Vec<&Told> = Vec::new();
    for told in all {
        told.check_name(&before, taken, errors);
        before.push(told);
    }
}

impl Told {
    /// Reports a name that clients can't write, that another field or variant has, or that is taken.
    pub(crate) fn check_name(&self, before: &[&Self], taken: &[&str], errors: &Errors) {
        let Self { ident, what, name, .. } = self;
        let advice = format!("give the {what} another name; `#[serde(rename = \"..\")]` keeps the stored one");
        if !is_written(name) {
            errors.push(ident, unwritten(name, &advice));
        } else if taken.contains(&name.as_str()) {
            errors.push(
                ident,
                format!("clients find something else under `{name}`, in every API of this kind: {advice}"),
            );
        } else if before.iter().any(|other| other.name == *name) {
            errors.push(ident, format!("clients would know two {what}s as `{name}`: {advice}"));
        }
    }
}

/// Whether clients can write a name: as GraphQL has it, which keeps `__` for itself.
pub(crate) fn is_written(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && !name.starts_with("__")
}

/// What is said of a name that clients can't write.
pub(crate) fn unwritten(name: &str, advice: &str) -> String {
    format!(
        "clients can't write the name `{name}`: it has to begin with a letter of `a` to `z`, and to consist of those, digits and `_`; {advice}"
    )
}

/// An expression of type `ApiRecord` made of fields by their stored names, and the parameter that it needs: [`types`], or
/// `_`.
pub(crate) fn api_record<'f>(
    name: &str,
    description: &str,
    fields: impl Iterator<Item = (&'f str, &'f Told, TokenStream)>,
) -> (TokenStream, TokenStream) {
    let fields: Vec<_> = fields.map(|(stored, told, api)| told.field(stored, &api)).collect();
    let types = types();
    let parameter = if fields.is_empty() { quote!(_) } else { quote!(#types) };
    let record = quote! {
        __private::ApiRecord { name: #name, description: #description, fields: __private::Vec::from([#(#fields),*]) }
    };
    (parameter, record)
}

/// The variable that collects the definitions of the types.
pub(crate) fn types() -> Ident {
    local("types")
}

/// What clients are told of a type, by a trait of the runtime, asked at the type itself, so that the compiler complains
/// there.
pub(crate) fn api_by(interface: &str, ty: &Type) -> TokenStream {
    // At the type, but the same variable even where a `macro_rules!` wrote the type.
    let (span, mut types) = (ty.span(), types());
    types.set_span(span.resolved_at(types.span()));
    let interface = Ident::new(interface, span);
    quote_spanned!(span=> <#ty as __private::#interface>::api(#types))
}

/// What clients are told of a value.
pub(crate) fn api_of(ty: &Type) -> TokenStream {
    api_by("StoredValue", ty)
}
