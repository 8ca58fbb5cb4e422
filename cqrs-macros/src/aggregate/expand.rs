mod access;
mod checks;
pub(super) mod commands;
pub(super) mod events;
mod public;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::model::{Member, Model};
use crate::support::expansion::sealed;
use crate::support::input::plain;
use crate::support::layout::shapes;

pub(super) fn expand(model: &Model) -> TokenStream {
    let enums = [events::definition(model), commands::definition(model)];
    let impls = [aggregate(model), events::impls(model), commands::impls(model), checks::expand(model)];
    let sealed = sealed(&model.runtime, &quote!(#(#impls)*));
    quote! {
        #(#enums)*
        #[allow(deprecated, reason = "a command that should not be sent any more is executed all the same")]
        #sealed
    }
}

fn aggregate(model: &Model) -> TokenStream {
    let Model { ident, name, id, error, event_enum, command_enum, .. } = model;
    let config = model.config.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let (begin, evolve, snapshots, schema) = (begin(model), evolve(model), snapshots(model), schema(model));
    let (client, public, access) = (plain(ident), public::expand(model), access::expand(model));
    quote! {
        #[automatically_derived]
        impl __private::Aggregate for #ident {
            const TYPE: &'static __private::str = #name;
            const API_NAME: &'static __private::str = #client;
            type Id = #id;
            type Event = #event_enum;
            type Command = #command_enum;
            type Error = #error;
            type Config = #config;
            #begin
            #evolve
            #snapshots
            #schema
            #public
            #access
        }
    }
}

fn begin(model: &Model) -> TokenStream {
    let event_enum = &model.event_enum;
    let begins = model.events.iter().filter(|event| event.begins).map(|Member { path, variant, .. }| {
        let init = at("init", path, model, &quote!());
        quote!(#event_enum::#variant(event) => __private::Some(#init(event)))
    });
    let others = others(model, |event| !event.begins, &quote!(__private::None));
    quote! {
        fn begin(event: &Self::Event) -> __private::Option<Self> {
            match event { #(#begins,)* #others }
        }
    }
}

fn evolve(model: &Model) -> TokenStream {
    let event_enum = &model.event_enum;
    let applies = model.events.iter().filter(|event| !event.begins).map(|Member { path, variant, .. }| {
        let apply = at("apply", path, model, &quote!());
        quote!(#event_enum::#variant(event) => #apply(self, event))
    });
    let others = others(model, |event| event.begins, &quote!(return false));
    let all_begin = model.events.iter().all(|event| event.begins);
    let changed = (!all_begin).then(|| quote!(true));
    let matching =
        if all_begin { quote!(match event { #others }) } else { quote!(match event { #(#applies,)* #others }) };
    let body = if all_begin { quote!(let _ = event; false) } else { quote!(#matching #changed) };
    quote!(fn evolve(&mut self, event: &Self::Event) -> __private::bool { #body })
}

/// One arm for all the events that don't count.
fn others(model: &Model, which: impl Fn(&Member) -> bool, then: &TokenStream) -> Option<TokenStream> {
    let event_enum = &model.event_enum;
    let variants: Vec<_> = model.events.iter().filter(|event| which(event)).map(|event| &event.variant).collect();
    (!variants.is_empty()).then(|| quote!(#(#event_enum::#variants(_))|* => #then))
}

/// A function of the runtime between the aggregate and one listed type, with all its tokens at the listed type, so that
/// the compiler points there when a bound of the function is not met.
fn at(function: &str, path: &syn::Path, model: &Model, more: &TokenStream) -> TokenStream {
    let span = path.span();
    let (function, mut aggregate) = (Ident::new(function, span), model.ident.clone());
    aggregate.set_span(span);
    quote_spanned!(span=> __private::#function::<#aggregate, #path #more>)
}

fn snapshots(model: &Model) -> Option<TokenStream> {
    let snapshots = model.snapshots.as_ref()?;
    let (every, version) = (u64::from(snapshots.every), snapshots.version);
    let policy = quote_spanned!(snapshots.span=> __private::snapshot_policy::<Self>(#every, #version));
    Some(quote! {
        fn snapshots() -> __private::Option<__private::SnapshotPolicy<Self>> {
            __private::Some(#policy)
        }
    })
}

fn schema(model: &Model) -> TokenStream {
    let shapes = shapes();
    let events = model.events.iter().map(|event| &event.path).chain(&model.retired);
    let state = match &model.snapshots {
        None => quote!(__private::None),
        Some(snapshots) => {
            let (version, definition) = (snapshots.version, snapshots.state.definition());
            quote!(__private::Some((#version, #definition)))
        }
    };
    quote! {
        fn schema(#shapes: &mut __private::Shapes) -> __private::AggregateSchema {
            __private::AggregateSchema {
                stream_type: Self::TYPE,
                events: [#(<#events as __private::Event>::history(#shapes)),*].concat(),
                state: #state,
            }
        }
    }
}
