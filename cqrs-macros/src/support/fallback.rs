//! Impls of the standard traits for a type whose derive failed; they exist, and never run.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// `Clone`, `Debug` and `PartialEq`.
pub(crate) fn standard(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    quote! {
        impl __private::Clone for #ident {
            fn clone(&self) -> Self { __private::failed() }
        }
        impl __private::Debug for #ident {
            fn fmt(&self, _: &mut __private::Formatter<'_>) -> __private::fmt::Result { __private::failed() }
        }
        impl __private::PartialEq for #ident {
            fn eq(&self, _: &Self) -> __private::bool { __private::failed() }
        }
    }
}

/// `Serialize` and `Deserialize`.
pub(crate) fn serde(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    quote! {
        impl __private::Serialize for #ident {
            fn serialize<__S: __private::Serializer>(&self, _: __S) -> __private::Result<__S::Ok, __S::Error> {
                __private::failed()
            }
        }
        impl<'__de> __private::Deserialize<'__de> for #ident {
            fn deserialize<__D: __private::Deserializer<'__de>>(_: __D) -> __private::Result<Self, __D::Error> {
                __private::failed()
            }
        }
    }
}
