//! How rows are written and read.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{named, of_field};
use crate::read_model::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let idents: Vec<_> = model.fields.iter().map(|field| &field.ident).collect();
    let of = |function: &'static str| model.fields.iter().map(move |field| of_field(field, function));
    let (take, settle, put) = (of("take"), of("settle"), of("put"));
    let (put_stored, stored) = (of("put_stored"), of("stored"));
    let places: Vec<_> = (0..model.fields.len()).map(Literal::usize_unsuffixed).collect();
    let key = key(model);
    quote! {
        #key
        fn read(row: &mut __private::RowReader<'_, '_>) -> __private::Result<Self, __private::ColumnError> {
            __private::Ok(Self { #(#idents: #take(row)?),* })
        }
        fn settle(&mut self) -> __private::Result<(), __private::ColumnError> {
            #(#settle(&mut self.#idents)?;)*
            __private::Ok(())
        }
        fn write_field(
            &self,
            field: __private::usize,
            row: &mut __private::RowWriter,
        ) -> __private::Result<(), __private::ColumnError> {
            match field {
                #(#places => #put(&self.#idents, row),)*
                _ => __private::no_field(),
            }
        }
        fn write_value(
            field: __private::usize,
            stored: &__private::Json,
            row: &mut __private::RowWriter,
        ) -> __private::Result<(), __private::ColumnError> {
            match field {
                #(#places => #put_stored(stored, row),)*
                _ => __private::no_field(),
            }
        }
        fn stored_field(
            &self,
            field: __private::usize,
        ) -> __private::Result<__private::Json, __private::EncodeError> {
            match field {
                #(#places => #stored(&self.#idents),)*
                _ => __private::Ok(__private::Json::Null),
            }
        }
    }
}

/// The type of the key, and how it is taken from a row, written and read.
fn key(model: &Model) -> TokenStream {
    let fields = model.key();
    // At the key: where its type can be none, the compiler complains of the functions that name it, too.
    let span = fields.first().map_or_else(Span::call_site, |(_, field)| field.ty.span());
    let types: Vec<_> = fields.iter().map(|(_, field)| named(field)).collect();
    let clones = fields.iter().map(|(_, field)| {
        let ident = &field.ident;
        quote_spanned!(span=> __private::Clone::clone(&self.#ident))
    });
    let puts = fields.iter().map(|(_, field)| of_field(field, "put"));
    let takes = fields.iter().map(|(_, field)| of_field(field, "take"));
    let (ty, clone, write, read) = if let [ty] = &types[..] {
        (
            quote!(#ty),
            quote!(#(#clones)*),
            quote_spanned!(span=> #(#puts)*(key, row)),
            quote_spanned!(span=> #(#takes)*(row)),
        )
    } else {
        let places = (0..types.len()).map(Literal::usize_unsuffixed);
        let write = quote_spanned!(span=> #(#puts(&key.#places, row)?;)* __private::Ok(()));
        let read = quote_spanned!(span=> __private::Ok((#(#takes(row)?),*)));
        (quote_spanned!(span=> (#(#types),*)), quote!((#(#clones),*)), write, read)
    };
    quote_spanned! {span=>
        type Key = #ty;
        fn key(&self) -> #ty { #clone }
        fn write_key(key: &#ty, row: &mut __private::RowWriter) -> __private::Result<(), __private::ColumnError> {
            #write
        }
        fn read_key(row: &mut __private::RowReader<'_, '_>) -> __private::Result<#ty, __private::ColumnError> {
            #read
        }
    }
}
