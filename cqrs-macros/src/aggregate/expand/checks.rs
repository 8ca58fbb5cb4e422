//! What no macro sees alone: names that clash, and commands that two aggregates claim.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::aggregate::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    events(model).chain(retired(model)).chain(commands(model)).collect()
}

fn events(model: &Model) -> impl Iterator<Item = TokenStream> {
    let event_enum = &model.event_enum;
    model.events.iter().enumerate().skip(1).map(move |(index, event)| {
        let index = Literal::usize_unsuffixed(index);
        quote_spanned! {event.path.span()=>
            const _: () = __private::check_event_name::<#event_enum>(#index);
        }
    })
}

fn retired(model: &Model) -> impl Iterator<Item = TokenStream> {
    let event_enum = &model.event_enum;
    model.retired.iter().map(move |path| {
        quote_spanned! {path.span()=>
            const _: () = __private::check_retired_name::<#event_enum, #path>();
        }
    })
}

fn commands(model: &Model) -> impl Iterator<Item = TokenStream> {
    let ident = &model.ident;
    model.commands.iter().enumerate().map(move |(index, command)| {
        let (path, begins, index) = (&command.path, command.begins, Literal::usize_unsuffixed(index));
        quote_spanned! {path.span()=>
            impl __private::OfOneAggregate for #path {}
            const _: () = __private::check_command::<#ident, #path>(#index, #begins);
        }
    })
}
