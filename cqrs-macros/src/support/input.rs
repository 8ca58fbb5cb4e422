//! What a derive accepts: refusals are sentences that say what to write instead.

use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Field, Fields, Token};

use super::args::Text;
use super::errors::Errors;

/// The name of a type or a field as text, without the `r#` of a raw identifier.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// The longest name that a store accepts, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// The name under which something is stored or sent: the chosen one, or the type's; none that a store would refuse.
pub(crate) fn stored_name(ident: &syn::Ident, chosen: Option<&Text>, errors: &Errors) -> String {
    let (name, span) = chosen.map_or_else(|| (plain(ident), ident.span()), |text| (text.value.clone(), text.span));
    if name.is_empty() {
        errors.push_at(span, "a name can't be empty: leave `name` out to take the type's");
    } else if name.len() > MAX_NAME_BYTES {
        errors.push_at(span, format!("a name has at most {MAX_NAME_BYTES} bytes, and this one has {}", name.len()));
    } else if let Some(character) = name.chars().find(|character| character.is_control()) {
        errors.push_at(span, format!("a name can't contain the control character {character:?}"));
    }
    name
}

/// Refuses type parameters, lifetimes and constants: what is stored has one shape.
pub(crate) fn refuse_generics(input: &DeriveInput, what: &str, errors: &Errors) {
    if !input.generics.params.is_empty() {
        errors.push(
            &input.generics.params,
            format!("{what} can't be generic: its stored shape has one name; write one plain type per case"),
        );
    }
}

/// The fields of a struct with named fields or with none; anything else is refused.
pub(crate) fn named_fields<'a>(input: &'a DeriveInput, what: &str, errors: &Errors) -> Option<Vec<&'a Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields.named.iter().collect()),
            Fields::Unit => Some(Vec::new()),
            Fields::Unnamed(fields) => {
                let message = format!("{what} names its fields: write `struct {} {{ .. }}`", input.ident);
                errors.push(fields, message);
                None
            }
        },
        Data::Enum(data) => {
            errors.push_at(data.enum_token.span, format!("{what} is a struct: write one struct per case, not an enum"));
            None
        }
        Data::Union(data) => {
            errors.push_at(data.union_token.span, format!("{what} is a struct with named fields, not a union"));
            None
        }
    }
}

/// The only field of a tuple struct.
pub(crate) fn only_unnamed(fields: &Punctuated<Field, Token![,]>) -> Option<&Field> {
    match (fields.first(), fields.len()) {
        (Some(field), 1) => Some(field),
        _ => None,
    }
}
