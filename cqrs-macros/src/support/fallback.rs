//! Impls of the standard traits for a type whose derive failed; they exist, and never run.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_quote};

/// `Clone`, `Debug` and `PartialEq`.
pub(crate) fn standard(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (generics, params, bounds) = input.generics.split_for_impl();
    quote! {
        impl #generics __private::Clone for #ident #params #bounds {
            fn clone(&self) -> Self { __private::failed() }
        }
        impl #generics __private::Debug for #ident #params #bounds {
            fn fmt(&self, _: &mut __private::Formatter<'_>) -> __private::fmt::Result { __private::failed() }
        }
        impl #generics __private::PartialEq for #ident #params #bounds {
            fn eq(&self, _: &Self) -> bool { __private::failed() }
        }
    }
}

/// `Serialize` and `Deserialize`.
pub(crate) fn serde(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (generics, params, bounds) = input.generics.split_for_impl();
    let mut with_lifetime = input.generics.clone();
    with_lifetime.params.insert(0, parse_quote!('__de));
    let (de_generics, _, _) = with_lifetime.split_for_impl();
    quote! {
        impl #generics __private::Serialize for #ident #params #bounds {
            fn serialize<__S: __private::Serializer>(&self, _: __S) -> __private::Result<__S::Ok, __S::Error> {
                __private::failed()
            }
        }
        impl #de_generics __private::Deserialize<'__de> for #ident #params #bounds {
            fn deserialize<__D: __private::Deserializer<'__de>>(_: __D) -> __private::Result<Self, __D::Error> {
                __private::failed()
            }
        }
    }
}
