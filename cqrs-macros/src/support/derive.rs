//! The way that every derive goes: parse, validate, expand; or fall back.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::errors::Errors;

/// The steps of a derive.
pub(crate) struct Derive<A, M> {
    /// Reads the attributes, and keeps what it understands of them.
    pub(crate) parse: fn(&DeriveInput, &Errors) -> A,
    /// Checks everything; `None` only after a mistake was reported.
    pub(crate) validate: fn(&DeriveInput, &A, &Errors) -> Option<M>,
    /// The expansion.
    pub(crate) expand: fn(&M) -> TokenStream,
    /// Impls that don't work but exist, so that a mistake is not buried under errors that follow from it. Not asked of
    /// a generic type: an impl for it would bring errors of its own.
    pub(crate) fallback: fn(&DeriveInput, &A) -> TokenStream,
}

impl<A, M> Derive<A, M> {
    pub(crate) fn run(&self, input: TokenStream) -> TokenStream {
        let input: DeriveInput = match syn::parse2(input) {
            Ok(input) => input,
            Err(error) => return error.into_compile_error(),
        };
        let errors = Errors::new();
        let attrs = (self.parse)(&input, &errors);
        let model = (self.validate)(&input, &attrs, &errors);
        match (errors.check(), model) {
            (Ok(()), Some(model)) => (self.expand)(&model),
            (Ok(()), None) => unreachable!("a model is missing only after a mistake was reported"),
            (Err(error), _) => {
                let errors = error.into_compile_error();
                let fallback = input.generics.params.is_empty().then(|| (self.fallback)(&input, &attrs));
                quote!(#errors #fallback)
            }
        }
    }
}
