//! The enum of the events: conversions both ways, and decoding by stored name.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::aggregate::model::{Member, Model};

/// The enum itself; it stands beside the aggregate.
pub(in crate::aggregate) fn definition(model: &Model) -> TokenStream {
    let Model { vis, ident, event_enum, events, .. } = model;
    let doc = format!("The events of [`{ident}`].");
    let variants = events.iter().map(|Member { path, variant, .. }| {
        let doc = format!("[`{variant}`], an event.");
        quote!(#[doc = #doc] #variant(#path))
    });
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
        #[allow(clippy::enum_variant_names, clippy::large_enum_variant)]
        #vis enum #event_enum { #(#variants),* }
    }
}

pub(super) fn impls(model: &Model) -> TokenStream {
    let set = set(model);
    let members = model.events.iter().map(|event| member(model, event));
    quote!(#set #(#members)*)
}

fn set(model: &Model) -> TokenStream {
    let Model { event_enum, events, retired, .. } = model;
    let paths: Vec<_> = events.iter().map(|event| &event.path).collect();
    let variants: Vec<_> = events.iter().map(|event| &event.variant).collect();
    let retired_names = (!retired.is_empty()).then(
        || quote!(const RETIRED: &'static [&'static __private::str] = &[#(<#retired as __private::Event>::NAME),*];),
    );
    let retired = retired.iter().map(|path| {
        let mut set = event_enum.clone();
        set.set_span(path.span());
        let decode = quote_spanned!(path.span()=> __private::decode_retired::<#set, #path>);
        quote!(<#path as __private::Event>::NAME => #decode(raw))
    });
    quote! {
        #[automatically_derived]
        impl __private::EventSet for #event_enum {
            const NAMES: &'static [&'static __private::str] = &[#(<#paths as __private::Event>::NAME),*];
            const API_NAMES: &'static [&'static __private::str] = &[#(<#paths as __private::Event>::API_NAME),*];
            #retired_names
            fn api(types: &mut __private::ApiTypes) -> __private::Vec<__private::ApiRecord> {
                __private::Vec::from([#(<#paths as __private::Event>::api(types)),*])
            }
            fn decode(
                raw: &__private::RawEvent<'_>,
            ) -> __private::Result<__private::Parts<Self>, __private::DecodeError> {
                match raw.name {
                    #(<#paths as __private::Event>::NAME => __private::decode(raw, Self::#variants),)*
                    #(#retired,)*
                    _ => __private::Err(__private::DecodeError::UnknownName),
                }
            }
            fn as_event(&self) -> &dyn __private::AnyEvent {
                match self { #(Self::#variants(event) => event),* }
            }
        }
    }
}

/// The event as a member of the enum.
pub(in crate::aggregate) fn member(model: &Model, Member { path, variant, .. }: &Member) -> TokenStream {
    let Model { ident, event_enum, .. } = model;
    quote!(__private::event_member!(#ident, #event_enum::#variant, #path);)
}
