//! Where events go.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::read_model::model::{Model, Source};
use crate::support::source;

pub(super) fn expand(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let Some(source) = &model.source else { return without_events(ident) };
    let partition = source::partition(&source.partition);
    let functions = ("route", "route_by_field");
    let routes = source.listed.iter().map(|listed| source::route(listed, &source.partition, ident, functions));
    let routes: Vec<_> = routes.collect();
    let lookups = source.lookups.iter().map(|lookup| quote!(__private::lookup::<#ident, #lookup>()));
    let (kept, keys) = (kept(ident, source), source::partition_keys(ident, &source.partition, &source.listed));
    quote! {
        #[automatically_derived]
        impl __private::Projection for #ident {
            const PARTITION: __private::PartitionBy = #partition;
            const STREAM_TYPES: &'static [&'static __private::str] = &[#(#routes.stream_type),*];
            fn routes() -> __private::Routes<Self> {
                __private::Vec::from([#(#routes),*])
            }
            fn lookups() -> __private::Vec<__private::Lookup> {
                __private::Vec::from([#(#lookups),*])
            }
        }
        #kept
        #keys
    }
}

/// That it can be a lookup.
pub(in crate::read_model) fn without_events(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __private::WithoutEvents for #ident {}
    }
}

/// That the projection keeps each lookup.
pub(in crate::read_model) fn kept(ident: &Ident, source: &Source) -> TokenStream {
    let lookups = &source.lookups;
    quote! {
        #(
            #[automatically_derived]
            impl __private::LookupOf<#ident> for #lookups {}
        )*
    }
}
