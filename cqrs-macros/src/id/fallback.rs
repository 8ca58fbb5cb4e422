use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let (generics, params, bounds) = input.generics.split_for_impl();
    let target = quote!(#ident #params #bounds);
    let standard = crate::support::fallback::standard(input);
    let serde = crate::support::fallback::serde(input);
    let impls = quote! {
        #standard
        #serde
        impl #generics __private::Eq for #target {}
        impl #generics __private::Hash for #target {
            fn hash<__H: __private::Hasher>(&self, _: &mut __H) {}
        }
        impl #generics __private::PartialOrd for #target {
            fn partial_cmp(&self, _: &Self) -> __private::Option<__private::Ordering> { __private::None }
        }
        impl #generics __private::Ord for #target {
            fn cmp(&self, _: &Self) -> __private::Ordering { __private::failed() }
        }
        impl #generics __private::Display for #target {
            fn fmt(&self, _: &mut __private::Formatter<'_>) -> __private::fmt::Result { __private::failed() }
        }
        impl #generics __private::FromStr for #target {
            type Err = __private::ParseIdError;
            fn from_str(_: &str) -> __private::Result<Self, Self::Err> { __private::failed() }
        }
        impl #generics __private::Value for #target {
            fn shape(_: &mut __private::Shapes) -> __private::Shape { __private::failed() }
        }
        impl #generics __private::Identifier for #target {}
        impl #generics __private::GeneratedId for #target {
            fn generate(_: __private::Uuid) -> Self { __private::failed() }
        }
    };
    sealed(&runtime(attrs.runtime.as_ref()), &impls)
}
