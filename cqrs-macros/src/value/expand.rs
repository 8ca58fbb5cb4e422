use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::model::{Columns, Form, Model};
use crate::support::expansion::sealed;
use crate::support::layout::{Layout, StoredField, column_of, shapes};
use crate::support::std_impls;
use crate::support::told::types;

pub(super) fn expand(model: &Model) -> TokenStream {
    let standard = std_impls::expand(&model.ident, &model.cases);
    let stored = match &model.form {
        Form::Plain { layout, mirror } => plain(model, layout, mirror),
        Form::Adapted { adapter, inner } => adapted(model, adapter, inner),
    };
    let checks = checks(model);
    sealed(&model.runtime, &quote!(#standard #stored #checks))
}

fn plain(model: &Model, layout: &Layout, mirror: &TokenStream) -> TokenStream {
    let serde = serde(
        &model.ident,
        &quote!(__Stored::serialize(self, serializer)),
        &quote!(__Stored::deserialize(deserializer)),
    );
    let api = layout.api(&model.name, &model.description);
    let value = value(model, column(layout, &model.columns).as_ref(), &layout.definition(), api.as_ref());
    quote!(#mirror #serde #value)
}

fn adapted(model: &Model, adapter: &Type, foreign: &Type) -> TokenStream {
    let ident = &model.ident;
    let write = quote!(__private::store::<__Adapted, S>(self, serializer));
    let read = quote!(__private::restore::<__Adapted, D>(deserializer));
    let shapes = shapes();
    let shape = quote!(__private::adapted_shape::<__Adapted>(#shapes));
    let serde = serde(ident, &write, &read);
    let column = quote!(__private::adapted_column::<__Adapted>());
    let types = types();
    let api = quote!(__private::adapted_api::<__Adapted>(#types));
    let value = value(model, Some(&column), &quote!(__private::Definition::Alias(#shape)), Some(&api));
    quote! {
        enum __Adapted {}
        #[automatically_derived]
        impl __private::Adapted for __Adapted {
            type Newtype = #ident;
            type Foreign = #foreign;
            type Adapter = #adapter;
            fn unwrap(newtype: &Self::Newtype) -> &Self::Foreign { &newtype.0 }
            fn wrap(foreign: Self::Foreign) -> Self::Newtype { #ident(foreign) }
        }
        #serde
        #value
    }
}

fn serde(ident: &Ident, write: &TokenStream, read: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __private::Serialize for #ident {
            fn serialize<S: __private::Serializer>(&self, serializer: S) -> __private::Result<S::Ok, S::Error> {
                #write
            }
        }
        #[automatically_derived]
        impl<'de> __private::Deserialize<'de> for #ident {
            fn deserialize<D: __private::Deserializer<'de>>(deserializer: D) -> __private::Result<Self, D::Error> {
                #read
            }
        }
    }
}

fn value(
    model: &Model,
    column: Option<&TokenStream>,
    definition: &TokenStream,
    api: Option<&TokenStream>,
) -> TokenStream {
    let Model { ident, name, .. } = model;
    let (shapes, types) = (shapes(), types());
    let through = model.api.as_ref().map(|adapter| through(ident, adapter));
    let api = through
        .as_ref()
        .or(api)
        .map(|api| quote!(fn api(#types: &mut __private::ApiTypes) -> __private::ApiType { #api }));
    let column = column.map(|column| quote!(const COLUMN: __private::Column = #column;));
    quote! {
        #[automatically_derived]
        impl __private::Value for #ident {
            #column
            fn shape(#shapes: &mut __private::Shapes) -> __private::Shape {
                #shapes.define(#name, |#shapes| #definition)
            }
            #api
        }
    }
}

/// What clients see of it through an adapter.
fn through(ident: &Ident, adapter: &Type) -> TokenStream {
    let (span, mut ident, mut types) = (adapter.span(), ident.clone(), types());
    ident.set_span(span);
    types.set_span(span.resolved_at(types.span()));
    quote_spanned!(span=> __private::api_through::<#ident, #adapter>(#types))
}

/// How it stands in the table of a read model; nothing for a document.
fn column(layout: &Layout, columns: &Columns) -> Option<TokenStream> {
    match (layout, columns) {
        (Layout::Record(fields), Columns::PerField) => {
            let parts = fields.iter().map(|StoredField { name, ty, .. }| {
                let column = column_of(ty);
                quote!(#column.part(#name))
            });
            Some(quote!(__private::Column::of(&[#(#parts),*])))
        }
        (Layout::Alias(inner), _) => Some(column_of(inner)),
        (choice @ Layout::Choice(_), _) if choice.is_without_data() => Some(quote!(__private::Column::TEXT)),
        (Layout::Record(_) | Layout::Choice(_), _) => None,
    }
}

/// That each field can be a column.
fn checks(model: &Model) -> Option<TokenStream> {
    let (Form::Plain { layout: Layout::Record(fields), .. }, Columns::PerField) = (&model.form, &model.columns) else {
        return None;
    };
    let checks = fields.iter().enumerate().map(|(index, StoredField { name, ty, .. })| {
        let (column, first) = (column_of(ty), index == 0);
        quote_spanned!(ty.span()=> const _: () = __private::check_part(#column, #name, #first);)
    });
    Some(checks.collect())
}
