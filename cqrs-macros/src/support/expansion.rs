//! The frame of an expansion: one alias for the runtime, and a scope of its own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Path;

use super::args::PathArg;

/// The path to the runtime: `::cqrs_runtime`, unless `crate = ..` names another.
pub(crate) fn runtime(overridden: Option<&PathArg>) -> Path {
    overridden.map_or_else(|| syn::parse_quote!(::cqrs_runtime), |path| path.0.clone())
}

/// The path to serde, as its derives want to be told.
pub(crate) fn serde_path(runtime: &Path) -> String {
    quote!(#runtime::private::serde).to_string().replace(' ', "")
}

/// A local variable that an expression of the user's can't mean.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
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
