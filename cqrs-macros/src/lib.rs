//! Derive macros of the `cqrs-runtime` framework; use them through `cqrs_runtime::prelude`.

mod aggregate;
mod command;
mod error;
mod event;
mod id;
mod support;
mod value;

use proc_macro::TokenStream;

/// Derives the trait `Event`.
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    event::derive(input.into()).into()
}

/// Derives the trait `Command`.
#[proc_macro_derive(Command, attributes(command))]
pub fn command(input: TokenStream) -> TokenStream {
    command::derive(input.into()).into()
}

/// Derives the trait `Aggregate`.
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    aggregate::derive(input.into()).into()
}

/// Derives the trait `DomainError`.
#[proc_macro_derive(DomainError, attributes(domain))]
pub fn domain_error(input: TokenStream) -> TokenStream {
    error::derive(input.into()).into()
}

/// Derives the trait `Identifier`.
#[proc_macro_derive(Id, attributes(id))]
pub fn id(input: TokenStream) -> TokenStream {
    id::derive(input.into()).into()
}

/// Derives the trait `Value`.
#[proc_macro_derive(Value, attributes(value, serde))]
pub fn value(input: TokenStream) -> TokenStream {
    value::derive(input.into()).into()
}
