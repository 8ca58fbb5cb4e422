use syn::{Ident, Path};

use crate::read_model::attrs::Container;
use crate::support::errors::Errors;
use crate::support::source::{CHOICES, Listed, Partition, distinct, listed};

/// What the rows are made of.
pub(in crate::read_model) struct Source {
    pub(in crate::read_model) listed: Vec<Listed>,
    pub(in crate::read_model) lookups: Vec<Path>,
    pub(in crate::read_model) partition: Partition,
}

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
