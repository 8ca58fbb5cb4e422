mod upcasters;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use super::model::Model;
use crate::support::expansion::{local, sealed};
use crate::support::input::plain;
use crate::support::layout::{shape_of, shapes};
use crate::support::told::{api_of, api_record};

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { ident, name, version, .. } = model;
    let (raw, shapes, api) = (local("raw"), shapes(), api(model));
    let client = plain(ident);
    let (decode, history, outside) = match &model.previous {
        Some(previous) => after(model, previous),
        None if *version > 1 => (upcasters::decode(model), upcasters::history(model), upcasters::old_versions(model)),
        None => (decode_current(model), first_history(model), TokenStream::new()),
    };
    let event = quote! {
        #outside
        #[automatically_derived]
        impl __private::Event for #ident {
            const NAME: &'static __private::str = #name;
            const VERSION: __private::u32 = #version;
            const API_NAME: &'static __private::str = #client;
            fn decode(
                #raw: &__private::RawEvent<'_>,
            ) -> __private::Result<__private::Parts<Self>, __private::DecodeError> {
                #decode
            }
            fn history(#shapes: &mut __private::Shapes) -> __private::Vec<__private::EventSchema> {
                #history
            }
            #api
        }
    };
    sealed(&model.runtime, &event)
}

fn api(model: &Model) -> TokenStream {
    let public = model.fields.iter().filter(|field| field.public);
    let fields = public.map(|field| (field.stored.as_str(), &field.told, api_of(&field.ty)));
    let (types, record) = api_record(&plain(&model.ident), &model.description, fields);
    quote! {
        fn api(#types: &mut __private::ApiTypes) -> __private::ApiRecord {
            #record
        }
    }
}

/// The current version, straight from its payload.
fn decode_current(model: &Model) -> TokenStream {
    let raw = local("raw");
    if !model.fields.is_empty() {
        return quote!(__private::decode_current(#raw));
    }
    let this = if model.unit { quote!(Self) } else { quote!(Self {}) };
    quote!(__private::decode_without_fields(#raw, #this))
}

fn first_history(model: &Model) -> TokenStream {
    let definition = definition(model);
    quote!(__private::Vec::from([__private::event_schema::<Self>(1, #definition)]))
}

/// An event after a struct of the version before: its decoding, its history, and the check of the chain.
fn after(model: &Model, previous: &Path) -> (TokenStream, TokenStream, TokenStream) {
    let Model { ident, version, .. } = model;
    let (this, before) = (ident.to_string(), quote!(#previous).to_string().replace(' ', ""));
    let (span, raw, shapes) = (previous.span(), local("raw"), shapes());
    let definition = definition(model);
    let decode = quote_spanned!(span=> __private::decode_after::<__Link>(#raw));
    let history = quote! {
        let mut history = __private::history_before::<__Link>(#shapes);
        history.push(__private::event_schema::<Self>(#version, #definition));
        history
    };
    let check = quote_spanned!(span=> const _: () = __private::check_previous::<__Link>(#this, #before););
    let outside = quote! {
        enum __Link {}
        #[automatically_derived]
        impl __private::Link for __Link {
            type Event = #ident;
            type Previous = #previous;
        }
        #check
    };
    (decode, history, outside)
}

fn definition(model: &Model) -> TokenStream {
    let fields = model.fields.iter().map(|field| {
        let (stored, shape) = (&field.stored, shape_of(&field.ty));
        quote!((#stored, #shape))
    });
    quote!(__private::record([#(#fields),*]))
}
