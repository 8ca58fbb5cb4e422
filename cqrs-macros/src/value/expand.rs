use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::model::{Form, Model};
use crate::support::expansion::sealed;
use crate::support::layout::Layout;
use crate::support::std_impls;

pub(super) fn expand(model: &Model) -> TokenStream {
    let standard = std_impls::expand(&model.ident, &model.cases);
    let stored = match &model.form {
        Form::Plain { layout, mirror } => plain(&model.ident, &model.name, layout, mirror),
        Form::Adapted { adapter, inner } => adapted(&model.ident, &model.name, adapter, inner),
    };
    sealed(&model.runtime, &quote!(#standard #stored))
}

fn plain(ident: &Ident, name: &str, layout: &Layout, mirror: &TokenStream) -> TokenStream {
    let serde =
        serde(ident, &quote!(__Stored::serialize(self, serializer)), &quote!(__Stored::deserialize(deserializer)));
    let value = value(ident, name, &layout.definition());
    quote!(#mirror #serde #value)
}

fn adapted(ident: &Ident, name: &str, adapter: &Type, inner: &Type) -> TokenStream {
    let store = quote_spanned!(adapter.span()=> __private::store::<#adapter, #inner, _>(&self.0, serializer));
    let restore = quote_spanned!(adapter.span()=> __private::restore::<#adapter, #inner, _>(deserializer).map(Self));
    let shape = quote_spanned!(adapter.span()=> __private::adapted_shape::<#adapter, #inner>(shapes));
    let serde = serde(ident, &store, &restore);
    let value = value(ident, name, &quote!(__private::Definition::Alias(#shape)));
    quote!(#serde #value)
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

fn value(ident: &Ident, name: &str, definition: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __private::Value for #ident {
            fn shape(shapes: &mut __private::Shapes) -> __private::Shape {
                shapes.define(#name, |shapes| #definition)
            }
        }
    }
}
