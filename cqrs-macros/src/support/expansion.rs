//! The frame of an expansion: one alias for the runtime, and a scope of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::args::PathArg;

/// The path to the runtime: `::cqrs_runtime`, unless `crate = ..` names another.
pub(crate) fn runtime(overridden: Option<&PathArg>) -> Path {
    overridden.map_or_else(|| syn::parse_quote!(::cqrs_runtime), |path| path.0.clone())
}

/// Impls in a scope of their own, in which `__private` is all that the macros name.
pub(crate) fn sealed(runtime: &Path, body: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use #runtime::private as __private;
            #body
        };
    }
}
