//! From stored events to what they make of rows.

use std::any::TypeId;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::cache::{Cache, TableCache};
use super::rows::InRows;
use super::target::{Part, Target};
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

    /// The stored types of the streams whose events it is made of.
    const STREAM_TYPES: &'static [&'static str];

    /// Where each event goes.
    fn routes() -> Vec<Route<dyn Projected<Self>>>;

    /// The tables that it keeps for itself.
    fn lookups() -> Vec<Lookup>;
}

/// What tells the shape and the version of a read model's tables from others, and the events that they are made of: 16
/// hexadecimal digits.
pub(crate) fn fingerprint<M: Projection>() -> String {
    let lookups =
        M::lookups().into_iter().flat_map(|lookup| [lookup.table.name.to_owned(), lookup.table.fingerprint()]);
    fingerprint_of::<InRows<M>>(std::iter::once(M::TABLE.fingerprint()).chain(lookups))
}

/// What tells texts that describe tables from others, together with the events that they are made of.
pub(super) fn fingerprint_of<T: Target>(tables: impl IntoIterator<Item = String>) -> String {
    let mut digest = Sha256::new();
    let mut tell = |text: &str| {
        digest.update(text);
        digest.update([0xff]);
    };
    tables.into_iter().for_each(|text| tell(&text));
    tell(match T::PARTITION {
        PartitionBy::Stream => "stream",
        PartitionBy::Tenant => "tenant",
        PartitionBy::All => "all",
        PartitionBy::Field(name) => name,
    });
    tell(if matches!(T::PARTITION, PartitionBy::Field(_)) { "a field" } else { "" });
    let routes = T::routes();
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
pub struct Route<P: ?Sized> {
    /// The stored type of their streams.
    pub stream_type: &'static str,
    /// Their stored name.
    pub name: &'static str,
    /// The stored names that are no longer written; an upcaster may make this event of them.
    pub retired: &'static [&'static str],
    decode: fn(&RawEvent<'_>) -> Result<Numbered<P>, DecodeError>,
}

/// The parts of a stored event, and which one each is.
type Numbered<P> = Vec<(u32, Box<P>)>;

impl<P: ?Sized> Route<P> {
    /// The event `E` of the aggregate `A`, decoded and made a part.
    pub(super) const fn to<A: Emits<E>, E: Event>(
        decode: fn(&RawEvent<'_>) -> Result<Numbered<P>, DecodeError>,
    ) -> Self {
        Self { stream_type: A::TYPE, name: E::NAME, retired: A::Event::RETIRED, decode }
    }
}

impl<M: Projection> Route<dyn Projected<M>> {
    /// The event `E` of the aggregate `A`.
    #[must_use]
    pub const fn of<A, E>() -> Self
    where
        A: Emits<E>,
        E: Event + Clone,
        M: Project<E>,
    {
        Self::to::<A, E>(|raw| decode::<A, E, _>(raw, |_| None, |part| part))
    }

    /// The event `E` of the aggregate `A`, that tells by a field which events it belongs with.
    #[must_use]
    pub const fn by_field<A, E>() -> Self
    where
        A: Emits<E>,
        E: Event + Clone,
        M: Project<E> + PartitionKey<E>,
    {
        Self::to::<A, E>(|raw| decode::<A, E, _>(raw, |event| Some(M::partition_key(event)), |part| part))
    }
}

/// Decodes a stored event, and makes a part of each event that comes of it.
pub(super) fn decode<A, E, P>(
    raw: &RawEvent<'_>,
    key: fn(&E) -> Option<String>,
    part_of: fn(Box<Decoded<E>>) -> Box<P>,
) -> Result<Numbered<P>, DecodeError>
where
    A: Emits<E>,
    E: Event + Clone,
    P: ?Sized,
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
        Some((part, part_of(Box::new(Decoded { recorded, key }))))
    });
    Ok(recorded.collect())
}

/// The field that all events of a sequence have in common.
pub trait PartitionKey<E> {
    /// Its value in `event`, as a text.
    fn partition_key(event: &E) -> String;
}

/// An event that a read model projects.
pub trait Projected<M: ReadModel>: Part {
    /// Changes the rows.
    ///
    /// # Errors
    /// As [`Project::project`].
    fn project(&self, row: &mut Row<'_, M>) -> Result<(), ProjectionError>;
}

/// A part that is what it was decoded to.
pub(super) struct Decoded<E> {
    pub(super) recorded: Recorded<E>,
    key: fn(&E) -> Option<String>,
}

impl<M: Project<E>, E: Event> Projected<M> for Decoded<E> {
    fn project(&self, row: &mut Row<'_, M>) -> Result<(), ProjectionError> {
        M::project(row, &self.recorded)
    }
}

impl<E: Event> Part for Decoded<E> {
    fn partition_key(&self) -> Option<String> {
        (self.key)(&self.recorded.event)
    }
}

/// The way from stored events to what is made of them.
pub(crate) struct Routing<T: Target> {
    routes: Vec<Route<T::Part>>,
    names: Vec<&'static str>,
}

impl<T: Target> Routing<T> {
    pub(crate) fn new() -> Self {
        let routes = T::routes();
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
        let named = |route: &&Route<T::Part>| route.name == name || route.retired.contains(&name);
        self.routes.iter().filter(|route| route.stream_type == stream_type).any(|route| named(&route))
    }

    /// What the routes make of a stored event; nothing where none of them leads anywhere.
    pub(super) fn decode(&self, raw: &RawEvent<'_>) -> Result<Vec<Box<T::Part>>, DecodeError> {
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
