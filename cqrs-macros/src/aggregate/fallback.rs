use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::attrs::Attrs;
use super::expand::{commands, events};
use super::model::Model;
use crate::support::expansion::sealed;

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let model = Model::lenient(input, attrs);
    let enums = [events::definition(&model), commands::definition(&model)];
    let impls = [aggregate(&model), sets(&model), members(&model)];
    let sealed = sealed(&model.runtime, &quote!(#(#impls)*));
    quote!(#(#enums)* #sealed)
}

fn aggregate(model: &Model) -> TokenStream {
    let Model { ident, id, error, event_enum, command_enum, .. } = model;
    let config = model.config.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    quote! {
        impl __private::Aggregate for #ident {
            const TYPE: &'static __private::str = "";
            const API_NAME: &'static __private::str = "";
            type Id = #id;
            type Event = #event_enum;
            type Command = #command_enum;
            type Error = #error;
            type Config = #config;
            fn begin(_: &Self::Event) -> __private::Option<Self> { __private::failed() }
            fn evolve(&mut self, _: &Self::Event) -> __private::bool { __private::failed() }
            fn schema(_: &mut __private::Shapes) -> __private::AggregateSchema { __private::failed() }
            fn api(_: &mut __private::ApiTypes) -> __private::ApiRecord { __private::failed() }
            fn public_fields(&self) -> __private::Result<__private::Json, __private::EncodeError> {
                __private::failed()
            }
        }
    }
}

fn sets(model: &Model) -> TokenStream {
    let Model { ident, event_enum, command_enum, .. } = model;
    quote! {
        impl __private::EventSet for #event_enum {
            const NAMES: &'static [&'static __private::str] = &[];
            const API_NAMES: &'static [&'static __private::str] = &[];
            fn api(_: &mut __private::ApiTypes) -> __private::Vec<__private::ApiRecord> { __private::failed() }
            fn decode(
                _: &__private::RawEvent<'_>,
            ) -> __private::Result<__private::Parts<Self>, __private::DecodeError> {
                __private::failed()
            }
            fn as_event(&self) -> &dyn __private::AnyEvent { __private::failed() }
        }
        impl __private::CommandSet<#ident> for #command_enum {
            const NAMES: &'static [&'static __private::str] = &[];
            fn api(_: &mut __private::ApiTypes) -> __private::Vec<__private::ApiCommand> { __private::failed() }
            fn from_json(_: &__private::str, _: &__private::str) -> __private::Result<Self, __private::CommandJsonError> {
                __private::failed()
            }
            fn name(&self) -> &'static __private::str { __private::failed() }
            fn visit<V: __private::CommandVisitor<#ident>>(self, _: V) -> V::Output { __private::failed() }
        }
    }
}

fn members(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let events = model.events.iter().map(|event| events::member(model, event));
    let commands = model.commands.iter().map(|command| {
        let path = &command.path;
        commands::member_by(model, command, &quote!(__private::undecided::<#ident, #path>))
    });
    quote!(#(#events)* #(#commands)*)
}
