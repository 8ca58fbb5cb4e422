use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(_: &DeriveInput, attrs: &Attrs) -> TokenStream {
    sealed(&runtime(attrs.runtime.as_ref()), &quote!())
}
