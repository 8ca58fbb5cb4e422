mod checks;
pub(super) mod projection;
mod rows;
mod table;

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Model, ModelField};
use crate::support::expansion::sealed;

pub(super) fn expand(model: &Model) -> TokenStream {
    let parts =
        [Some(read_model(model)), constants(model), Some(projection::expand(model)), Some(checks::expand(model))];
    let parts = parts.into_iter().flatten();
    let sealed = sealed(&model.runtime, &quote!(#(#parts)*));
    let is_deprecated = model.deprecated.is_some() || model.fields.iter().any(|field| field.deprecated.is_some());
    let allowed = is_deprecated
        .then(|| quote!(#[allow(deprecated, reason = "what should not be used any more is stored all the same")]));
    quote!(#allowed #sealed)
}

fn read_model(model: &Model) -> TokenStream {
    let (ident, table, rows) = (&model.ident, table::expand(model), rows::expand(model));
    let reference = reference(model, &quote!(__TABLE));
    let references = model.fields.iter().filter_map(table::referred).map(|referred| quote!(#referred().name));
    quote! {
        const __TABLE: &__private::Table = &#table;
        #[automatically_derived]
        impl __private::ReadModel for #ident {
            const TABLE: &'static __private::Table = __TABLE;
            const REFERENCES: &'static [&'static __private::str] = &[#(#references),*];
            #rows
        }
        #reference
    }
}

/// That others can refer to its rows, where its key is one value.
pub(super) fn reference(model: &Model, table: &TokenStream) -> Option<TokenStream> {
    let ident = &model.ident;
    let [(_, key)] = model.key()[..] else { return None };
    let ty = &key.ty;
    Some(quote! {
        #[automatically_derived]
        impl __private::KeyOf<#ident> for #ty {
            const TABLE: &'static __private::Table = #table;
        }
    })
}

/// A constant for each field by which rows are chosen or ordered.
pub(super) fn constants(model: &Model) -> Option<TokenStream> {
    let (vis, ident) = (&model.vis, &model.ident);
    let constants = model.fields.iter().enumerate().filter_map(|(index, field)| {
        let (constant, ty, index) = (field.constant()?, &field.ty, Literal::usize_unsuffixed(index));
        let (filter, order) = (field.filter, field.order);
        let what = match (filter, order) {
            (true, true) => "filter and order",
            (true, false) => "filter",
            (false, _) => "order",
        };
        let doc = format!("The field `{}`, to {what} by.", field.name);
        Some(quote! {
            #[doc = #doc]
            #vis const #constant: __private::Field<Self, #ty, #filter, #order> = __private::Field::at(#index);
        })
    });
    let constants: Vec<_> = constants.collect();
    (!constants.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(dead_code, private_interfaces, unreachable_pub, reason = "it is as visible as the struct, asked for or not")]
            impl #ident { #(#constants)* }
        }
    })
}

/// What the runtime does with a field, at its type: so the compiler complains there, once, of a type that can't be a
/// field's.
fn of_field(field: &ModelField, function: &str) -> TokenStream {
    let (ty, span) = (named(field), field.ty.span());
    let function = syn::Ident::new(function, span);
    quote_spanned!(span=> <#ty as __private::FieldValue>::#function)
}

/// The type of a field, named in such a way that the compiler complains once of one that can't be a key.
fn named(field: &ModelField) -> TokenStream {
    let ty = &field.ty;
    if field.key.is_some() { quote_spanned!(ty.span()=> <#ty as __private::KeyValue>::Key) } else { quote!(#ty) }
}
