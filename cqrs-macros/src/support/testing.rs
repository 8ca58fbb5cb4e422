//! What the tests of several derives share.

use proc_macro2::TokenStream;

/// The expansion of a derive, formatted.
pub(crate) fn expand(derive: fn(TokenStream) -> TokenStream, input: &str) -> String {
    let expansion = derive(input.parse().expect("the input is Rust"));
    prettyplease::unparse(&syn::parse2(expansion).expect("the expansion is Rust"))
}
