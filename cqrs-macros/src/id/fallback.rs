use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let standard = crate::support::fallback::standard(input);
    let serde = crate::support::fallback::serde(input);
    let impls = quote! {
        #standard
        #serde
        impl __private::Eq for #ident {}
        impl __private::Hash for #ident {
            fn hash<__H: __private::Hasher>(&self, _: &mut __H) {}
        }
        impl __private::PartialOrd for #ident {
            fn partial_cmp(&self, _: &Self) -> __private::Option<__private::Ordering> { __private::None }
        }
        impl __private::Ord for #ident {
            fn cmp(&self, _: &Self) -> __private::Ordering { __private::failed() }
        }
        impl __private::Display for #ident {
            fn fmt(&self, _: &mut __private::Formatter<'_>) -> __private::fmt::Result { __private::failed() }
        }
        impl __private::FromStr for #ident {
            type Err = __private::ParseIdError;
            fn from_str(_: &__private::str) -> __private::Result<Self, Self::Err> { __private::failed() }
        }
        impl __private::Value for #ident {
            fn shape(_: &mut __private::Shapes) -> __private::Shape { __private::failed() }
        }
        impl __private::Identifier for #ident {}
        impl __private::GeneratedId for #ident {
            fn generate(_: __private::Uuid) -> Self { __private::failed() }
        }
    };
    sealed(&runtime(attrs.runtime.as_ref()), &impls)
}
