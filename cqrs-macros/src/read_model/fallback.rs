use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use super::expand::projection::{kept, without_events};
use super::expand::{constants, reference};
use super::model::Model;
use crate::support::expansion::sealed;

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let model = Model::lenient(input, attrs);
    let reference = reference(&model, &quote!(__private::UNKNOWN_TABLE));
    let impls = [Some(read_model(&model)), reference, constants(&model), Some(projection(&model))];
    sealed(&model.runtime, &quote!(#(#impls)*))
}

fn read_model(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let types: Vec<_> = model.key().into_iter().map(|(_, field)| &field.ty).collect();
    let key = match types[..] {
        [ty] => quote!(#ty),
        [_, _] | [_, _, _] | [_, _, _, _] => quote!((#(#types),*)),
        _ => quote!(__private::UnknownId),
    };
    quote! {
        impl __private::ReadModel for #ident {
            const TABLE: &'static __private::Table = __private::UNKNOWN_TABLE;
            const REFERENCES: &'static [&'static __private::str] = &[];
            type Key = #key;
            fn key(&self) -> Self::Key { __private::failed() }
            fn write_key(
                _: &Self::Key,
                _: &mut __private::RowWriter,
            ) -> __private::Result<(), __private::ColumnError> {
                __private::failed()
            }
            fn read_key(
                _: &mut __private::RowReader<'_, '_>,
            ) -> __private::Result<Self::Key, __private::ColumnError> {
                __private::failed()
            }
            fn read(_: &mut __private::RowReader<'_, '_>) -> __private::Result<Self, __private::ColumnError> {
                __private::failed()
            }
            fn settle(&mut self) -> __private::Result<(), __private::ColumnError> { __private::failed() }
            fn write_field(
                &self,
                _: __private::usize,
                _: &mut __private::RowWriter,
            ) -> __private::Result<(), __private::ColumnError> {
                __private::failed()
            }
            fn write_value(
                _: __private::usize,
                _: &__private::Json,
                _: &mut __private::RowWriter,
            ) -> __private::Result<(), __private::ColumnError> {
                __private::failed()
            }
            fn stored_field(&self, _: __private::usize) -> __private::Result<__private::Json, __private::EncodeError> {
                __private::failed()
            }
        }
    }
}

fn projection(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let Some(source) = &model.source else { return without_events(ident) };
    let kept = kept(ident, source);
    quote! {
        impl __private::Projection for #ident {
            const PARTITION: __private::PartitionBy = __private::PartitionBy::Stream;
            const STREAM_TYPES: &'static [&'static __private::str] = &[];
            fn routes() -> __private::Routes<Self> { __private::failed() }
            fn lookups() -> __private::Vec<__private::Lookup> { __private::failed() }
        }
        #kept
    }
}
