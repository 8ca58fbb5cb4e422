//! From stored events to what they make of rows.

use std::any::TypeId;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::cache::{Cache, TableCache};
use super::{Project, ProjectionError, Row};
use crate::aggregate::{Emits, EventSet};
use crate::column::Numbers;
use crate::event::{DecodeError, Event, RawEvent, Recorded};
use crate::read_model::{ReadModel, Table, first_digits};

/// A read model with the events that it is made of; the derive writes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of events",
    label = "no projection",
    note = "say of which: `#[read_model(table = \"..\", events(Account(AccountOpened, ..)))]` on `{Self}`"
)]
pub trait Projection: ReadModel {
    /// What the events of one sequence have in common.
    const PARTITION: PartitionBy;

    /// Where each event goes.
    fn routes() -> Vec<Route<Self>>;

    /// The tables that it keeps for itself.
    fn lookups() -> Vec<Lookup>;
}

/// What tells the shape and the version of a projection's tables from others, and the events that they are made of: 16
/// hexadecimal digits.
pub(crate) fn fingerprint<M: Projection>() -> String {
    let mut digest = Sha256::new();
    let mut tell = |text: &str| {
        digest.update(text);
        digest.update([0xff]);
    };
    tell(&M::TABLE.fingerprint());
    for lookup in M::lookups() {
        tell(lookup.table.name);
        tell(&lookup.table.fingerprint());
    }
    tell(match M::PARTITION {
        PartitionBy::Stream => "stream",
        PartitionBy::Tenant => "tenant",
        PartitionBy::All => "all",
        PartitionBy::Field(name) => name,
    });
    tell(if matches!(M::PARTITION, PartitionBy::Field(_)) { "a field" } else { "" });
    let routes = M::routes();
    let events: BTreeSet<_> = routes.iter().map(|route| (route.stream_type, route.name)).collect();
    for (stream_type, name) in events {
        tell(stream_type);
        tell(name);
    }
    let retired: BTreeSet<_> = routes.iter().flat_map(|route| route.retired).collect();
    for name in retired {
        tell(name);
    }
    first_digits(digest.finalize().into())
}

/// What the events of one sequence have in common, beside the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionBy {
    /// The stream.
    Stream,
    /// Nothing more: all events of a tenant.
    Tenant,
    /// Not even the tenant: all events.
    All,
    /// A field that each of them has, by its name.
    Field(&'static str),
}

/// A table that a projection keeps for itself.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// The table.
    pub table: &'static Table,
    pub(super) id: TypeId,
    pub(super) cache: fn(Numbers) -> Box<dyn TableCache>,
}

impl Lookup {
    /// The table of `L`.
    #[must_use]
    pub fn of<L: ReadModel>() -> Self {
        Self { table: L::TABLE, id: TypeId::of::<L>(), cache: |numbers| Box::new(Cache::<L>::new(numbers)) }
    }
}

/// Where the stored events of one kind go.
pub struct Route<M: ReadModel> {
    /// The stored type of their streams.
    pub stream_type: &'static str,
    /// Their stored name.
    pub name: &'static str,
    /// The stored names that are no longer written; an upcaster may make this event of them.
    pub retired: &'static [&'static str],
    decode: fn(&RawEvent<'_>) -> Result<Vec<Part<M>>, DecodeError>,
}

/// A part of a stored event, and which one it is.
type Part<M> = (u32, Box<dyn Projected<M>>);

impl<M: Projection> Route<M> {
    /// The event `E` of the aggregate `A`.
    #[must_use]
    pub fn of<A, E>() -> Self
    where
        A: Emits<E>,
        E: Event + Clone,
        M: Project<E>,
    {
        Self {
            stream_type: A::TYPE,
            name: E::NAME,
            retired: A::Event::RETIRED,
            decode: |raw| decode::<M, A, E>(raw, |_| None),
        }
    }

    /// The event `E` of the aggregate `A`, that tells by a field which events it belongs with.
    #[must_use]
    pub fn by_field<A, E>() -> Self
    where
        A: Emits<E>,
        E: Event + Clone,
        M: Project<E> + PartitionKey<E>,
    {
        Self { decode: |raw| decode::<M, A, E>(raw, |event| Some(M::partition_key(event))), ..Self::of::<A, E>() }
    }
}

fn decode<M, A, E>(raw: &RawEvent<'_>, key: fn(&E) -> Option<String>) -> Result<Vec<Part<M>>, DecodeError>
where
    A: Emits<E>,
    E: Event + Clone,
    M: Project<E>,
{
    let parts: Vec<Option<E>> = if raw.name == E::NAME {
        E::decode(raw)?.map(Some).into_iter().collect()
    } else {
        A::Event::decode(raw)?.into_iter().map(|event| A::unwrap(&event).cloned()).collect()
    };
    let metadata = raw.metadata()?;
    // No upcaster makes four milliards of one.
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let recorded = parts.into_iter().zip(0..).filter_map(|(event, part)| {
        let recorded = Recorded {
            event: event?,
            stream_id: raw.stream_id.to_owned(),
            position: raw.position,
            version: raw.version,
            part,
            parts: count,
            metadata: metadata.clone(),
        };
        let decoded: Box<dyn Projected<M>> = Box::new(Decoded { recorded, key });
        Some((part, decoded))
    });
    Ok(recorded.collect())
}

/// The field that all events of a sequence have in common.
pub trait PartitionKey<E>: ReadModel {
    /// Its value in `event`, as a text.
    fn partition_key(event: &E) -> String;
}

/// An event that a read model projects.
pub(crate) trait Projected<M: ReadModel>: Send + Sync {
    /// Changes the rows.
    fn project(&self, row: &mut Row<'_, M>) -> Result<(), ProjectionError>;

    /// What it has in common with the other events of its sequence, where that is a field.
    fn partition_key(&self) -> Option<String>;
}

struct Decoded<E> {
    recorded: Recorded<E>,
    key: fn(&E) -> Option<String>,
}

impl<M: Project<E>, E: Event> Projected<M> for Decoded<E> {
    fn project(&self, row: &mut Row<'_, M>) -> Result<(), ProjectionError> {
        M::project(row, &self.recorded)
    }

    fn partition_key(&self) -> Option<String> {
        (self.key)(&self.recorded.event)
    }
}

/// The way from stored events to a read model.
pub(crate) struct Routing<M: ReadModel> {
    routes: Vec<Route<M>>,
    names: Vec<&'static str>,
}

impl<M: Projection> Routing<M> {
    pub(crate) fn new() -> Self {
        let routes = M::routes();
        let names = routes.iter().flat_map(|route| std::iter::once(route.name).chain(route.retired.iter().copied()));
        let names: BTreeSet<_> = names.collect();
        Self { names: names.into_iter().collect(), routes }
    }

    /// The stored names of the events that it takes, each once.
    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Whether a route takes events of this name.
    pub(super) fn takes(&self, stream_type: &str, name: &str) -> bool {
        let named = |route: &&Route<M>| route.name == name || route.retired.contains(&name);
        self.routes.iter().filter(|route| route.stream_type == stream_type).any(|route| named(&route))
    }

    /// What the routes make of a stored event; nothing where none of them leads anywhere.
    pub(super) fn decode(&self, raw: &RawEvent<'_>) -> Result<Vec<Box<dyn Projected<M>>>, DecodeError> {
        let mut parts = Vec::new();
        for route in self.routes.iter().filter(|route| route.stream_type == raw.stream_type) {
            if route.name == raw.name || route.retired.contains(&raw.name) {
                parts.extend((route.decode)(raw)?);
            }
        }
        parts.sort_by_key(|(part, _)| *part);
        Ok(parts.into_iter().map(|(_, event)| event).collect())
    }
}
