//! Given events, then rows: specifications of projections.

mod rows;
mod shown;

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::rows::MemoryRows;
use super::{GivenEvents, IntoMoment};
use crate::aggregate::{Aggregate, EventSet};
use crate::column::Numbers;
use crate::event::RawEvent;
use crate::projection::{Folded, Folder, InRows, Parked, Prepared, Projection, ProjectionError, Routing};

/// A specification of a projection: given what has happened, then there are these rows.
///
/// The events go the way of stored ones: they are written, read through their upcasters, and folded into rows that are
/// written and read again. They are folded one by one, in batches and all at once, by a worker that keeps its rows in
/// memory and by one that reads them each time, and each batch is delivered again, as after a crash: all that must give the
/// same rows. No database takes part.
///
/// ```
/// # use cqrs_runtime::{prelude::*, projection::Projection, testing::ProjectionSpec};
/// # fn f<Account, Opened, AccountSummary>(id: Account::Id, opened: Opened, row: AccountSummary)
/// # where Account: Aggregate + Emits<Opened>, Opened: Event,
/// #       AccountSummary: Projection + PartialEq + std::fmt::Debug {
/// ProjectionSpec::<AccountSummary>::new().given::<Account>(&id, opened).then_rows([row]);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ProjectionSpec<M> {
    events: Vec<Given>,
    versions: BTreeMap<(String, &'static str, String), u64>,
    tenant: String,
    moment: DateTime<Utc>,
    principal: String,
    of: std::marker::PhantomData<fn() -> M>,
}

/// An event as it is stored.
#[derive(Clone, Debug)]
struct Given {
    tenant: String,
    stream_type: &'static str,
    stream_id: String,
    version: u64,
    name: String,
    schema_version: u32,
    payload: String,
    recorded_at: DateTime<Utc>,
    principal: String,
}

impl<M: Projection> Default for ProjectionSpec<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Projection> ProjectionSpec<M> {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self {
            events: Vec::new(),
            versions: BTreeMap::new(),
            tenant: String::new(),
            moment: DateTime::UNIX_EPOCH,
            principal: String::new(),
            of: std::marker::PhantomData,
        }
    }

    /// When the events that are given next were recorded; else 1970.
    #[track_caller]
    pub fn at(mut self, moment: impl IntoMoment) -> Self {
        self.moment = moment.into_moment();
        self
    }

    /// Who has caused the events that are given next.
    pub fn by(mut self, principal: impl Into<String>) -> Self {
        self.principal = principal.into();
        self
    }

    /// Whose the events are that are given next.
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// What has happened next to an aggregate.
    ///
    /// # Panics
    /// When an event can't be written.
    #[track_caller]
    pub fn given<A: Aggregate>(mut self, id: &A::Id, events: impl GivenEvents<A>) -> Self {
        for event in events.into_events() {
            let payload = match event.payload() {
                Ok(payload) => payload,
                Err(error) => panic!("`{}` can't be stored: {error}", event.name()),
            };
            self = self.push::<A>(id, event.name(), event.schema_version(), payload);
        }
        self
    }

    /// What was stored next of an aggregate: for events of earlier versions.
    pub fn stored<A: Aggregate>(self, id: &A::Id, name: &str, schema_version: u32, payload: &str) -> Self {
        self.push::<A>(id, name, schema_version, payload.to_owned())
    }

    fn push<A: Aggregate>(mut self, id: &A::Id, name: &str, schema_version: u32, payload: String) -> Self {
        let stream = (self.tenant.clone(), A::TYPE, id.to_string());
        let version = self.versions.entry(stream).or_default();
        *version += 1;
        self.events.push(Given {
            tenant: self.tenant.clone(),
            stream_type: A::TYPE,
            stream_id: id.to_string(),
            version: *version,
            name: name.to_owned(),
            schema_version,
            payload,
            recorded_at: self.moment,
            principal: self.principal.clone(),
        });
        self
    }

    /// Then there are these rows and no others, in any order.
    ///
    /// # Panics
    /// When there are others, when an event is not projected, or when batches of another size, or events that are delivered
    /// again, give other rows.
    #[track_caller]
    pub fn then_rows(self, rows: impl IntoIterator<Item = M>)
    where
        M: PartialEq + Debug,
    {
        let mut expected: Vec<M> = rows.into_iter().collect();
        expected.sort_by_key(M::key);
        let found = self.rows();
        assert!(
            found == expected,
            "the rows of `{}` are others:\n{}",
            M::TABLE.name,
            similar::TextDiff::from_lines(&format!("{expected:#?}\n"), &format!("{found:#?}\n"))
                .unified_diff()
                .header("expected", "found")
        );
    }

    /// Then an event is not projected, and this is said of it.
    ///
    /// # Panics
    /// When all events are projected, or the error is told in other words.
    #[track_caller]
    pub fn then_error(self, message: &str) {
        let outcome = self.fold(self.events.len().max(1), 0);
        let Some((_, error)) = outcome.failed.first() else { panic!("all events were projected") };
        assert_eq!(error.to_string(), message);
    }

    /// The rows, in the order of their keys; those of tenants one after the other.
    ///
    /// # Panics
    /// When an event is not projected, or when batches of another size, or events that are delivered again, give other rows.
    #[must_use]
    #[track_caller]
    pub fn rows(&self) -> Vec<M> {
        self.rows_of::<M>(MemoryRows::models::<M>)
    }

    /// The rows of a table that the projection keeps for itself, in the order of their keys.
    ///
    /// # Panics
    /// As [`rows`](Self::rows).
    #[must_use]
    #[track_caller]
    pub fn lookups<L: crate::projection::LookupOf<M>>(&self) -> Vec<L> {
        self.rows_of::<L>(MemoryRows::models::<L>)
    }

    #[track_caller]
    fn rows_of<T>(&self, read: impl Fn(&MemoryRows) -> Vec<T>) -> Vec<T> {
        let all = self.fold(self.events.len().max(1), 0);
        if let Some((index, error)) = all.failed.first() {
            let event = &self.events[*index];
            panic!("event {} (`{}`) is not projected: {}", index + 1, event.name, error.told());
        }
        for (size, keep) in [(1, 0), (2, 1), (7, 0), (1, usize::MAX), (7, usize::MAX)] {
            let other = self.fold(size, keep);
            assert!(
                other.rows == all.rows,
                "in batches of {size}, `{}` has other rows than all at once",
                M::TABLE.name
            );
        }
        read(&all.rows)
    }

    /// Folds the events in batches of a size, by a worker that keeps some of its rows in memory.
    #[track_caller]
    fn fold(&self, size: usize, keep: usize) -> Outcome {
        let routing = Routing::<InRows<M>>::new();
        let mut worker = Folder::<M>::new(Numbers::AsTexts);
        let mut outcome = Outcome { rows: MemoryRows::default(), failed: Vec::new() };
        let mut parked = Parked::default();
        let numbered: Vec<(usize, &Given)> = self.events.iter().enumerate().collect();
        for batch in numbered.chunks(size) {
            let prepared: Vec<(usize, Prepared<InRows<M>>)> = batch
                .iter()
                .filter_map(|(index, given)| Some((*index, Prepared::of(&given.raw(*index), &routing)?)))
                .collect();
            let (indices, prepared): (Vec<usize>, Vec<Prepared<InRows<M>>>) = prepared.into_iter().unzip();
            // Of a worker that dies before it has written, nothing stays; the next one is given the same.
            let mut died = Folder::new(Numbers::AsTexts);
            let lost = outcome.rows.after(&fold(&mut died, &prepared, &mut parked.clone(), &mut outcome.rows.clone()));
            let folded = fold(&mut worker, &prepared, &mut parked, &mut outcome.rows);
            outcome.rows = outcome.rows.after(&folded);
            assert!(
                lost == outcome.rows,
                "`{}` has other rows when events are delivered again: rows may depend on nothing but rows and events",
                M::TABLE.name
            );
            worker.committed(keep);
            let failed = folded.parked.into_iter();
            outcome.failed.extend(failed.filter_map(|(index, error)| Some((indices[index], error?))));
        }
        outcome
    }
}

#[track_caller]
fn fold<M: Projection>(
    worker: &mut Folder<M>,
    batch: &[Prepared<InRows<M>>],
    parked: &mut Parked,
    rows: &mut MemoryRows,
) -> Folded {
    // Rows in memory are there at once.
    match futures_util::FutureExt::now_or_never(worker.fold(batch, parked, rows)) {
        Some(Ok(folded)) => folded,
        Some(Err(error)) => panic!("a batch can't be folded: {error}"),
        None => panic!("a projection waits"),
    }
}

/// The rows as a table, for a snapshot.
impl<M: Projection> fmt::Display for ProjectionSpec<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Says what is wrong before anything is shown.
        self.rows_of::<M>(MemoryRows::models::<M>);
        shown::table(f, M::TABLE, &self.fold(self.events.len().max(1), 0).rows)
    }
}

struct Outcome {
    rows: MemoryRows,
    /// The events that were not projected for a reason of their own.
    failed: Vec<(usize, ProjectionError)>,
}

impl Given {
    fn raw(&self, index: usize) -> RawEvent<'_> {
        let position = index as u64 + 1;
        let id = Uuid::from_u128(u128::from(position));
        RawEvent {
            position,
            tenant: &self.tenant,
            stream_type: self.stream_type,
            stream_id: &self.stream_id,
            version: self.version,
            event_id: id,
            name: &self.name,
            schema_version: self.schema_version,
            payload: &self.payload,
            recorded_at: self.recorded_at,
            correlation_id: id,
            causation_id: id,
            principal: &self.principal,
            keys: "",
        }
    }
}
