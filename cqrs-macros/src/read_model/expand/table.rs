//! What the runtime knows of the table.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::of_field;
use crate::read_model::model::{Model, ModelField};

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { table, version, description, .. } = model;
    let fields = model.fields.iter().map(field);
    let key = model.key().into_iter().map(|(index, _)| Literal::usize_unsuffixed(index));
    quote! {
        __private::Table {
            name: #table,
            version: #version,
            description: #description,
            fields: &[#(#fields),*],
            key: &[#(#key),*],
        }
    }
}

fn field(field: &ModelField) -> TokenStream {
    let ModelField { name, ty, description, .. } = field;
    let filter = field.filter.then(|| quote!(filter: true,));
    let order = field.order.then(|| quote!(order: true,));
    let references = field.references.as_ref().map(|path| {
        let referred = quote_spanned!(ty.span()=> __private::referred::<#path, #ty>);
        quote!(references: __private::Some(#referred),)
    });
    let description = (!description.is_empty()).then(|| quote!(description: #description,));
    let rest = of_field(field, "FIELD");
    quote!(__private::TableField { name: #name, #filter #order #references #description ..#rest })
}
