use std::fmt::Display;

use quote::ToTokens;
use syn::{Ident, Path};

use crate::read_model::attrs::{Container, Events};
use crate::support::args::PathArg;
use crate::support::errors::Errors;

/// What the rows are made of.
pub(in crate::read_model) struct Source {
    pub(in crate::read_model) listed: Vec<Listed>,
    pub(in crate::read_model) lookups: Vec<Path>,
    pub(in crate::read_model) partition: Partition,
}

/// An event, and the aggregate that it happens to.
pub(in crate::read_model) struct Listed {
    pub(in crate::read_model) aggregate: Path,
    pub(in crate::read_model) event: Path,
}

/// What the events of one sequence have in common.
pub(in crate::read_model) enum Partition {
    Stream,
    Tenant,
    All,
    /// A field of each event.
    Field(Ident),
}

/// What there is to say for `partition`.
const CHOICES: &str = "`partition = customer_id`, a field that each of the events has, `partition = tenant`, or \
                       `partition = all`";

impl Source {
    /// `None` without events.
    pub(in crate::read_model) fn read(ident: &Ident, container: &Container, errors: &Errors) -> Option<Self> {
        let Some(events) = &container.events else {
            without_events(ident, container, errors);
            return None;
        };
        let partition = container.partition.as_ref().and_then(|path| Partition::read(path, errors));
        if container.partition.is_none()
            && let Some(second) = events.of.get(1)
        {
            let message = format!(
                "events of several aggregates make these rows, and what happens to two of them may be projected at the \
                 same time: say what the events of one row have in common: {CHOICES}"
            );
            errors.push(&second.aggregate, message);
        }
        let models = container.lookups.as_ref().map(|lookups| distinct(&lookups.models, "the lookup", errors));
        if let Some(lookups) = &container.lookups
            && lookups.models.is_empty()
        {
            errors.push_at(lookups.span, "list at least one read model: `lookups(OrderCustomer)`");
        }
        Some(Self {
            listed: listed(events, errors),
            lookups: models.unwrap_or_default(),
            partition: partition.unwrap_or(Partition::Stream),
        })
    }

    /// The events; one that several aggregates have stands once.
    pub(in crate::read_model) fn events(&self) -> Vec<&Path> {
        let mut events: Vec<&Path> = Vec::new();
        for listed in &self.listed {
            if !events.contains(&&listed.event) {
                events.push(&listed.event);
            }
        }
        events
    }
}

/// What needs events is a mistake without.
fn without_events(ident: &Ident, container: &Container, errors: &Errors) {
    let missing = |key: &str| {
        format!(
            "`{key}` is said of a read model that is made of events: list them, `events(Account(AccountOpened, ..))`"
        )
    };
    if container.partition.is_some() {
        errors.push(ident, missing("partition"));
    }
    if let Some(lookups) = &container.lookups {
        errors.push_at(lookups.span, missing("lookups"));
    }
}

fn listed(events: &Events, errors: &Errors) -> Vec<Listed> {
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
fn distinct(paths: &[Path], what: &str, errors: &Errors) -> Vec<Path> {
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

impl Partition {
    fn read(PathArg(path): &PathArg, errors: &Errors) -> Option<Self> {
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
