use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Kind, Model};
use crate::support::expansion::sealed;

pub(super) fn expand(model: &Model) -> TokenStream {
    let parts = [comparisons(model), texts(model), serde(model), conversions(model), identity(model)];
    sealed(&model.runtime, &quote!(#(#parts)*))
}

fn comparisons(Model { ident, kind, .. }: &Model) -> TokenStream {
    let clone = match kind {
        Kind::Text => quote!(Self(__private::Clone::clone(&self.0))),
        Kind::Uuid | Kind::Integer => quote!(*self),
    };
    let copy = (*kind != Kind::Text).then(|| {
        quote! {
            #[automatically_derived]
            impl __private::Copy for #ident {}
        }
    });
    let name = crate::support::input::plain(ident);
    quote! {
        #copy
        #[automatically_derived]
        impl __private::Clone for #ident {
            fn clone(&self) -> Self { #clone }
        }
        #[automatically_derived]
        impl __private::Debug for #ident {
            fn fmt(&self, f: &mut __private::Formatter<'_>) -> __private::fmt::Result {
                f.debug_tuple(#name).field(&self.0).finish()
            }
        }
        #[automatically_derived]
        impl __private::PartialEq for #ident {
            fn eq(&self, other: &Self) -> __private::bool { self.0 == other.0 }
        }
        #[automatically_derived]
        impl __private::Eq for #ident {}
        #[automatically_derived]
        impl __private::Hash for #ident {
            fn hash<H: __private::Hasher>(&self, state: &mut H) { __private::Hash::hash(&self.0, state); }
        }
        #[automatically_derived]
        impl __private::PartialOrd for #ident {
            fn partial_cmp(&self, other: &Self) -> __private::Option<__private::Ordering> {
                __private::Some(__private::Ord::cmp(self, other))
            }
        }
        #[automatically_derived]
        impl __private::Ord for #ident {
            fn cmp(&self, other: &Self) -> __private::Ordering { __private::Ord::cmp(&self.0, &other.0) }
        }
    }
}

fn texts(Model { ident, kind, .. }: &Model) -> TokenStream {
    let parse = match kind {
        Kind::Text => quote!(__private::id_from_text(__private::ToOwned::to_owned(text)).map(Self)),
        Kind::Uuid | Kind::Integer => quote!(__private::parse_id(text).map(Self)),
    };
    quote! {
        #[automatically_derived]
        impl __private::Display for #ident {
            fn fmt(&self, f: &mut __private::Formatter<'_>) -> __private::fmt::Result {
                __private::Display::fmt(&self.0, f)
            }
        }
        #[automatically_derived]
        impl __private::FromStr for #ident {
            type Err = __private::ParseIdError;
            fn from_str(text: &__private::str) -> __private::Result<Self, Self::Err> { #parse }
        }
    }
}

fn serde(Model { ident, kind, .. }: &Model) -> TokenStream {
    let read = match kind {
        Kind::Text => quote!(__private::text_id_from(deserializer).map(Self)),
        Kind::Uuid | Kind::Integer => quote!(__private::Deserialize::deserialize(deserializer).map(Self)),
    };
    quote! {
        #[automatically_derived]
        impl __private::Serialize for #ident {
            fn serialize<S: __private::Serializer>(&self, serializer: S) -> __private::Result<S::Ok, S::Error> {
                __private::Serialize::serialize(&self.0, serializer)
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

fn conversions(Model { ident, inner, kind, .. }: &Model) -> TokenStream {
    match kind {
        Kind::Uuid | Kind::Integer => quote! {
            #[automatically_derived]
            impl __private::From<#inner> for #ident {
                fn from(inner: #inner) -> Self { Self(inner) }
            }
        },
        Kind::Text => quote! {
            #[automatically_derived]
            impl __private::TryFrom<#inner> for #ident {
                type Error = __private::ParseIdError;
                fn try_from(text: #inner) -> __private::Result<Self, Self::Error> {
                    __private::id_from_text(text).map(Self)
                }
            }
            #[automatically_derived]
            impl __private::TryFrom<&__private::str> for #ident {
                type Error = __private::ParseIdError;
                fn try_from(text: &__private::str) -> __private::Result<Self, Self::Error> { __private::FromStr::from_str(text) }
            }
        },
    }
}

fn identity(Model { ident, name, inner, kind, .. }: &Model) -> TokenStream {
    let made = match kind {
        Kind::Uuid => Some(quote!(uuid)),
        Kind::Text => Some(quote!(__private::ToString::to_string(&uuid))),
        Kind::Integer => None,
    };
    let generated = made.map(|made| {
        quote! {
            #[automatically_derived]
            impl __private::GeneratedId for #ident {
                fn generate(uuid: __private::Uuid) -> Self { Self(#made) }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl __private::Value for #ident {
            const COLUMN: __private::Column = <#inner as __private::Value>::COLUMN;
            fn shape(shapes: &mut __private::Shapes) -> __private::Shape {
                shapes.define(#name, |shapes| __private::Definition::Alias(<#inner as __private::Value>::shape(shapes)))
            }
            fn api(types: &mut __private::ApiTypes) -> __private::ApiType { <#inner as __private::Value>::api(types) }
        }
        #[automatically_derived]
        impl __private::Identifier for #ident {}
        #generated
    }
}
