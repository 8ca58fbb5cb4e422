//! `#[derive(BoundedContext)]`.

mod attrs;
mod expand;
#[cfg(test)]
mod expansions;
mod fallback;
mod model;

use proc_macro2::TokenStream;

use crate::support::derive::Derive;

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    Derive {
        parse: attrs::Attrs::parse,
        validate: model::Model::validate,
        expand: expand::expand,
        fallback: fallback::expand,
    }
    .run(input)
}
