//! What is not to be used any more.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, Meta, MetaNameValue, Token};

/// Why an item should not be used any more, if it says `#[deprecated]`; empty where it says no reason.
pub(crate) fn deprecation(attrs: &[Attribute]) -> Option<String> {
    let attribute = attrs.iter().find(|attribute| attribute.path().is_ident("deprecated"))?;
    Some(reason(&attribute.meta).unwrap_or_default())
}

fn reason(deprecated: &Meta) -> Option<String> {
    match deprecated {
        Meta::Path(_) => None,
        Meta::NameValue(pair) => text(&pair.value),
        Meta::List(list) => {
            let pairs = list.parse_args_with(Punctuated::<MetaNameValue, Token![,]>::parse_terminated).ok()?;
            pairs.iter().find(|pair| pair.path.is_ident("note")).and_then(|pair| text(&pair.value))
        }
    }
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::deprecation;

    #[test]
    fn the_reason_is_found_however_it_is_written() {
        let check = |item: &str, reason: Option<&str>| {
            let item: syn::ItemStruct = syn::parse_str(item).expect("a struct");
            assert_eq!(deprecation(&item.attrs).as_deref(), reason);
        };
        check("struct A;", None);
        check("#[deprecated] struct A;", Some(""));
        check("#[deprecated = \"use B\"] struct A;", Some("use B"));
        check("#[must_use] #[deprecated(since = \"1\", note = \"use B\")] struct A;", Some("use B"));
    }
}
