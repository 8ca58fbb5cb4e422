use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type};

use super::model::{Form, Model};
use crate::support::expansion::sealed;
use crate::support::layout::{Layout, shapes};
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

fn adapted(ident: &Ident, name: &str, adapter: &Type, foreign: &Type) -> TokenStream {
    let write = quote!(__private::store::<__Adapted, S>(self, serializer));
    let read = quote!(__private::restore::<__Adapted, D>(deserializer));
    let shapes = shapes();
    let shape = quote!(__private::adapted_shape::<__Adapted>(#shapes));
    let serde = serde(ident, &write, &read);
    let value = value(ident, name, &quote!(__private::Definition::Alias(#shape)));
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

fn value(ident: &Ident, name: &str, definition: &TokenStream) -> TokenStream {
    let shapes = shapes();
    quote! {
        #[automatically_derived]
        impl __private::Value for #ident {
            fn shape(#shapes: &mut __private::Shapes) -> __private::Shape {
                #shapes.define(#name, |#shapes| #definition)
            }
        }
    }
}
