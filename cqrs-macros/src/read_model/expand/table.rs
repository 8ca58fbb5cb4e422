//! What the runtime knows of the table.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::of_field;
use crate::read_model::model::{Model, ModelField};
use crate::support::access::Roles;
use crate::support::input::plain;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { table, version, description, .. } = model;
    let type_name = plain(&model.ident);
    let (plural, deprecated) = (optional(model.plural.as_ref()), optional(model.deprecated.as_ref()));
    let access = access(model.roles.as_ref(), &model.idents());
    let fields = model.fields.iter().map(field);
    let key = model.key().into_iter().map(|(index, _)| Literal::usize_unsuffixed(index));
    quote! {
        __private::Table {
            name: #table,
            type_name: #type_name,
            plural: #plural,
            version: #version,
            description: #description,
            deprecated: #deprecated,
            access: #access,
            fields: &[#(#fields),*],
            key: &[#(#key),*],
        }
    }
}

fn field(field: &ModelField) -> TokenStream {
    let ModelField { name, description, .. } = field;
    let client = field.client.as_ref().map(|client| {
        let client = &client.value;
        quote!(client: __private::Some(#client),)
    });
    let filter = field.filter.then(|| quote!(filter: true,));
    let order = field.order.then(|| quote!(order: true,));
    let references = referred(field).map(|referred| quote!(references: __private::Some(#referred),));
    let access = field.roles.as_ref().map(|roles| {
        let access = roles.expand(&[]);
        quote!(access: #access,)
    });
    let description = (!description.is_empty()).then(|| quote!(description: #description,));
    let deprecated = field.deprecated.as_ref().map(|reason| quote!(deprecated: __private::Some(#reason),));
    let rest = of_field(field, "FIELD");
    quote! {
        __private::TableField {
            name: #name, #client #filter #order #references #access #description #deprecated ..#rest
        }
    }
}

/// What finds the table to which a field refers.
pub(super) fn referred(field: &ModelField) -> Option<TokenStream> {
    let (path, ty) = (field.references.as_ref()?, &field.ty);
    Some(quote_spanned!(ty.span()=> __private::referred::<#path, #ty>))
}

/// Who may see which rows.
fn access(roles: Option<&Roles>, fields: &[&Ident]) -> TokenStream {
    roles.map_or_else(|| quote!(__private::None), |roles| roles.expand(fields))
}

fn optional(text: Option<&String>) -> TokenStream {
    text.map_or_else(|| quote!(__private::None), |text| quote!(__private::Some(#text)))
}
