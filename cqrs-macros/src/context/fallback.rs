use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{self, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let body = quote! {
        impl __private::BoundedContext for #ident {
            const NAME: &'static __private::str = "";
            const DESCRIPTION: &'static __private::str = "";
            fn visit<__V: __private::ContextVisitor>(_: &mut __V) { __private::failed() }
        }
        impl<__A> __private::Lists<__A> for #ident {}
    };
    sealed(&expansion::runtime(attrs.runtime.as_ref()), &body)
}
