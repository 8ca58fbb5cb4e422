use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    // Version 0 and an empty name tell the checks across items that the derive failed.
    let event = quote! {
        impl __private::Event for #ident {
            const NAME: &'static __private::str = "";
            const VERSION: __private::u32 = 0;
            const API_NAME: &'static __private::str = "";
            fn decode(
                _: &__private::RawEvent<'_>,
            ) -> __private::Result<__private::Parts<Self>, __private::DecodeError> {
                __private::failed()
            }
            fn history(_: &mut __private::Shapes) -> __private::Vec<__private::EventSchema> { __private::failed() }
            fn api(_: &mut __private::ApiTypes) -> __private::ApiRecord { __private::failed() }
        }
    };
    sealed(&runtime(attrs.container.runtime.as_ref()), &event)
}
