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
            const TYPE: &'static str = "";
            type Id = #id;
            type Event = #event_enum;
            type Command = #command_enum;
            type Error = #error;
            type Config = #config;
            fn begin(_: &Self::Event) -> __private::Option<Self> { __private::failed() }
            fn evolve(&mut self, _: &Self::Event) -> bool { __private::failed() }
            fn schema(_: &mut __private::Shapes) -> __private::AggregateSchema { __private::failed() }
        }
    }
}

fn sets(model: &Model) -> TokenStream {
    let Model { ident, event_enum, command_enum, .. } = model;
    quote! {
        impl __private::EventSet for #event_enum {
            const NAMES: &'static [&'static str] = &[];
            fn decode(
                _: &__private::RawEvent<'_>,
            ) -> __private::Result<__private::Parts<Self>, __private::DecodeError> {
                __private::failed()
            }
            fn name(&self) -> &'static str { __private::failed() }
            fn schema_version(&self) -> u32 { __private::failed() }
            fn payload(&self) -> __private::Result<__private::String, __private::EncodeError> {
                __private::failed()
            }
        }
        impl __private::CommandSet<#ident> for #command_enum {
            const NAMES: &'static [&'static str] = &[];
            fn from_json(_: &str, _: &str) -> __private::Result<Self, __private::CommandJsonError> {
                __private::failed()
            }
            fn name(&self) -> &'static str { __private::failed() }
            fn visit<V: __private::CommandVisitor<#ident>>(self, _: V) -> V::Output { __private::failed() }
        }
    }
}

fn members(model: &Model) -> TokenStream {
    let events = model.events.iter().map(|event| events::conversions(model, event));
    let commands = model.commands.iter().map(|command| {
        let conversions = commands::conversions(model, command);
        let decide = commands::decide(
            model,
            command,
            &quote!({
                let _ = (state, command, cx);
                __private::failed()
            }),
        );
        quote!(#conversions #decide)
    });
    quote!(#(#events)* #(#commands)*)
}
