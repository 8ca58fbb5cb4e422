use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Model, NamedTable};
use crate::support::expansion::sealed;
use crate::support::source;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { ident, tables, version, listed, partition, .. } = model;
    let functions = ("written", "written_by_field");
    let routes: Vec<_> = listed.iter().map(|listed| source::route(listed, partition, ident, functions)).collect();
    let keys = source::partition_keys(ident, partition, listed);
    let partition = source::partition(partition);
    let (name, names) = (tables.first().map(|table| &table.name), tables.iter().map(|table| &table.name));
    let constants = constants(model);
    let body = quote! {
        #[automatically_derived]
        impl __private::TransactionalProjection for #ident {
            const NAME: &'static __private::str = #name;
            const VERSION: __private::u32 = #version;
            const TABLES: &'static [&'static __private::str] = &[#(#names),*];
            const PARTITION: __private::PartitionBy = #partition;
            const STREAM_TYPES: &'static [&'static __private::str] = &[#(#routes.stream_type),*];
            fn routes() -> __private::WrittenRoutes<Self> {
                __private::Vec::from([#(#routes),*])
            }
            fn create(tables: &mut __private::NewTables<Self>) {
                __private::create_tables::<#ident>(tables);
            }
        }
        #keys
        #constants
    };
    sealed(&model.runtime, &body)
}

/// A constant for each table.
pub(super) fn constants(model: &Model) -> TokenStream {
    let Model { ident, vis, tables, .. } = model;
    let constants = tables.iter().map(|NamedTable { name, constant }| {
        let doc = format!("The table `{name}`.");
        quote! {
            #[doc = #doc]
            #vis const #constant: __private::ProjectionTable<Self> = __private::ProjectionTable::named(#name);
        }
    });
    quote! {
        #[automatically_derived]
        #[allow(dead_code, unreachable_pub, reason = "it is as visible as the struct, asked for or not")]
        impl #ident { #(#constants)* }
    }
}
