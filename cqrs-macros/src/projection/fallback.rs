use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use super::expand::constants;
use super::model::Model;
use crate::support::expansion::sealed;

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let model = Model::lenient(input, attrs);
    let (ident, constants) = (&model.ident, constants(&model));
    let body = quote! {
        impl __private::TransactionalProjection for #ident {
            const NAME: &'static __private::str = "";
            const VERSION: __private::u32 = 0;
            const TABLES: &'static [&'static __private::str] = &[];
            const PARTITION: __private::PartitionBy = __private::PartitionBy::Stream;
            const STREAM_TYPES: &'static [&'static __private::str] = &[];
            fn routes() -> __private::WrittenRoutes<Self> { __private::failed() }
            fn create(_: &mut __private::NewTables<Self>) { __private::failed() }
        }
        #constants
    };
    sealed(&model.runtime, &body)
}
