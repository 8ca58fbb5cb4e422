//! What no macro sees alone: names that clash, and commands that two aggregates claim.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::aggregate::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    events(model).chain(retired(model)).chain(commands(model)).collect()
}

fn events(model: &Model) -> impl Iterator<Item = TokenStream> {
    let event_enum = &model.event_enum;
    model.events.iter().enumerate().skip(1).map(move |(index, event)| {
        quote_spanned! {event.path.span()=>
            const _: () = __private::check_event_name(<#event_enum as __private::EventSet>::NAMES, #index);
        }
    })
}

fn retired(model: &Model) -> impl Iterator<Item = TokenStream> {
    let event_enum = &model.event_enum;
    model.retired.iter().map(move |path| {
        quote_spanned! {path.span()=>
            const _: () = __private::check_retired_name::<#path>(<#event_enum as __private::EventSet>::NAMES);
        }
    })
}

fn commands(model: &Model) -> impl Iterator<Item = TokenStream> {
    let (ident, command_enum) = (&model.ident, &model.command_enum);
    model.commands.iter().enumerate().map(move |(index, command)| {
        let (path, begins) = (&command.path, command.begins);
        quote_spanned! {path.span()=>
            #[automatically_derived]
            impl __private::OfOneAggregate for #path {}
            const _: () = __private::check_command::<#path>(
                <#command_enum as __private::CommandSet<#ident>>::NAMES,
                #index,
                #begins,
            );
        }
    })
}
