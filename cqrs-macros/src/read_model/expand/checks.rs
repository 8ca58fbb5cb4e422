//! What no macro sees: the columns that types take.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::of_field;
use crate::read_model::model::{Model, ModelField};

pub(super) fn expand(model: &Model) -> TokenStream {
    model.fields.iter().flat_map(columns).chain(names(model)).chain(ruled(model)).collect()
}

fn columns(field: &ModelField) -> impl Iterator<Item = TokenStream> {
    let ModelField { name, ty, .. } = field;
    let columns = of_field(field, "COLUMNS");
    let key = field.key.map(|_| quote_spanned!(ty.span()=> const _: () = __private::check_key(#columns, #name);));
    // A key that can't be ordered is no key, which is said above.
    let ordered = (field.key.is_none() && (field.filter || field.order))
        .then(|| quote_spanned!(ty.span()=> const _: () = __private::check_ordered(#columns, #name);));
    key.into_iter().chain(ordered)
}

/// A rule compares one column.
fn ruled(model: &Model) -> impl Iterator<Item = TokenStream> {
    let ruled = model.roles.iter().flat_map(|roles| roles.ruled(&model.idents()));
    ruled.map(|(index, span)| {
        let index = Literal::usize_unsuffixed(index);
        quote_spanned!(span=> const _: () = __private::check_ruled(__TABLE, #index);)
    })
}

fn names(model: &Model) -> impl Iterator<Item = TokenStream> {
    model.fields.iter().enumerate().map(|(index, field)| {
        let index = Literal::usize_unsuffixed(index);
        quote_spanned! {field.ident.span()=>
            const _: () = __private::check_names(__TABLE, #index);
        }
    })
}
