use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let error = quote! {
        impl __private::DomainError for #ident {
            fn code(&self) -> &'static __private::str { "" }
        }
    };
    sealed(&runtime(attrs.container.runtime.as_ref()), &error)
}
