use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};
use crate::support::fallback;

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let (standard, serde) = (fallback::standard(input), fallback::serde(input));
    let impls = quote! {
        #standard
        #serde
        impl __private::Value for #ident {
            fn shape(_: &mut __private::Shapes) -> __private::Shape { __private::failed() }
        }
    };
    sealed(&runtime(attrs.runtime.as_ref()), &impls)
}
