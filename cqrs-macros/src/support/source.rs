//! The events that something is made of, by aggregate: `events(Account(AccountOpened, MoneyDeposited))`, and `partition = ..`.

mod routes;

use std::fmt::Display;

use darling::{Error, FromMeta, Result};
use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Ident, Meta, Path, Token, parenthesized};

pub(crate) use self::routes::{partition, partition_keys, route};
use super::args::PathArg;
use super::errors::Errors;

/// `events(Account(AccountOpened, MoneyDeposited), Customer(CustomerRenamed))`.
#[derive(Clone)]
pub(crate) struct Events {
    pub(crate) span: Span,
    pub(crate) of: Vec<OfAggregate>,
}

/// The events of one aggregate.
#[derive(Clone)]
pub(crate) struct OfAggregate {
    pub(crate) aggregate: Path,
    pub(crate) events: Vec<Path>,
}

const EVENTS: &str = "list events with their aggregate: `events(Account(AccountOpened, ..))`";

impl FromMeta for Events {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Meta::List(list) = item else { return Err(Error::custom(EVENTS).with_span(item)) };
        let of = list.parse_args_with(Punctuated::<OfAggregate, Token![,]>::parse_terminated).map_err(Error::from)?;
        Ok(Self { span: list.path.span(), of: of.into_iter().collect() })
    }
}

impl Parse for OfAggregate {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let aggregate = Path::parse_mod_style(input)?;
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new_spanned(aggregate, EVENTS));
        }
        let content;
        parenthesized!(content in input);
        let events = Punctuated::<Path, Token![,]>::parse_terminated_with(&content, Path::parse_mod_style)?;
        Ok(Self { aggregate, events: events.into_iter().collect() })
    }
}

/// An event, and the aggregate that it happens to.
pub(crate) struct Listed {
    pub(crate) aggregate: Path,
    pub(crate) event: Path,
}

/// All that are listed, each once; what is listed twice, or names nothing, is reported.
pub(crate) fn listed(events: &Events, errors: &Errors) -> Vec<Listed> {
    if events.of.is_empty() {
        errors.push_at(events.span, "list at least one event: `events(Account(AccountOpened, ..))`");
    }
    let aggregates: Vec<Path> = events.of.iter().map(|of| of.aggregate.clone()).collect();
    distinct(&aggregates, "the aggregate", errors);
    let mut listed = Vec::new();
    for of in &events.of {
        if of.events.is_empty() {
            let name = text(&of.aggregate);
            errors.push(&of.aggregate, format!("list at least one event of `{name}`: `{name}(AccountOpened, ..)`"));
        }
        let events = distinct(&of.events, "the event", errors);
        listed.extend(events.into_iter().map(|event| Listed { aggregate: of.aggregate.clone(), event }));
    }
    listed
}

/// The paths without repetitions, which are reported.
pub(crate) fn distinct(paths: &[Path], what: &str, errors: &Errors) -> Vec<Path> {
    let mut distinct: Vec<Path> = Vec::new();
    for path in paths {
        if distinct.contains(path) {
            errors.push(path, format!("{what} `{}` is listed twice: remove one", text(path)));
        } else {
            distinct.push(path.clone());
        }
    }
    distinct
}

fn text(path: &Path) -> impl Display {
    path.to_token_stream().to_string().replace(' ', "")
}

/// What the events of one sequence have in common.
pub(crate) enum Partition {
    Stream,
    Tenant,
    All,
    /// A field of each event.
    Field(Ident),
}

/// What there is to say for `partition`.
pub(crate) const CHOICES: &str = "`partition = customer_id`, a field that each of the events has, `partition = tenant`, or \
                                  `partition = all`";

impl Partition {
    pub(crate) fn read(PathArg(path): &PathArg, errors: &Errors) -> Option<Self> {
        let Some(ident) = path.get_ident() else {
            errors
                .push(path, format!("say what the events of one row have in common: `partition = stream`, {CHOICES}"));
            return None;
        };
        Some(match ident.to_string().as_str() {
            "stream" => Self::Stream,
            "tenant" => Self::Tenant,
            "all" => Self::All,
            _ => Self::Field(ident.clone()),
        })
    }
}
