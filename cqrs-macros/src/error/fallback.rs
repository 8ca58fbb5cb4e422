use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let (generics, params, bounds) = input.generics.split_for_impl();
    let error = quote! {
        impl #generics __private::DomainError for #ident #params #bounds {
            fn code(&self) -> &'static str { "" }
        }
    };
    sealed(&runtime(attrs.container.runtime.as_ref()), &error)
}
