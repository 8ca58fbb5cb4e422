//! Loading states from their streams, and saving what they decide.

mod error;
mod fold;
mod save;
mod snapshot;
mod subscribe;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

pub use self::error::{EventPlace, LoadError, SaveError};
pub(crate) use self::save::Decision;
pub use self::save::Saved;
pub use self::snapshot::{SnapshotCheck, SnapshotStats};

use self::error::undecodable;
use self::fold::Fold;
use self::snapshot::Snapshots;
use crate::aggregate::{Aggregate, EventSet};
use crate::clock::{Clock, IdSource, RandomIds, SystemClock};
use crate::event::Recorded;
use crate::store::{EventQuery, EventStore, LoadQuery, StoreError, StoredEvent, StreamKey, Until};

/// Loads and saves the states of one aggregate. Cheap to clone.
///
/// ```no_run
/// # use cqrs_runtime::prelude::*;
/// # use cqrs_runtime::{repository::Repository, store::{EventStore, Until}};
/// # async fn f<Account: Aggregate>(store: EventStore, id: Account::Id) -> Result<(), Box<dyn std::error::Error>> {
/// let accounts = Repository::<Account>::new(store);
/// let now = accounts.load(&id).await?;
/// let before = accounts.load_until(&id, Until::Version(now.version - 1)).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Repository<A: Aggregate> {
    store: EventStore,
    tenant: String,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    snapshots: Option<Arc<Snapshots<A>>>,
}

impl<A: Aggregate> Clone for Repository<A> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            tenant: self.tenant.clone(),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            snapshots: self.snapshots.clone(),
        }
    }
}

/// A state and where in its stream it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<A: Aggregate> {
    /// The aggregate's id.
    pub id: A::Id,
    /// The version of the last event in the state; 0 where there is none.
    pub version: u64,
    /// The position of that event; 0 where there is none.
    pub position: u64,
    /// The time of that event.
    pub recorded_at: Option<DateTime<Utc>>,
    /// The state; `None` where the aggregate does not exist.
    pub state: Option<A>,
    /// The version of the snapshot that it was built on, or that has been taken of it since; 0 without.
    pub snapshot_version: u64,
}

impl<A: Aggregate> Repository<A> {
    /// The aggregates of a store, without a tenant.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        Self {
            store,
            tenant: String::new(),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            snapshots: Snapshots::of_aggregate().map(Arc::new),
        }
    }

    /// The same repository, for the aggregates of `tenant` alone.
    #[must_use]
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// The same repository, telling the time by `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The same repository, making ids with `ids`.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IdSource) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    /// The same repository, reading and writing no snapshots.
    #[must_use]
    pub fn without_snapshots(mut self) -> Self {
        self.snapshots = None;
        self
    }

    /// Whose aggregates it has; empty without a tenant.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The store that it reads and writes.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn ids(&self) -> &dyn IdSource {
        &*self.ids
    }

    /// The stream of an aggregate.
    #[must_use]
    pub fn stream(&self, id: &A::Id) -> StreamKey {
        StreamKey::new(A::TYPE, id.to_string()).of_tenant(self.tenant.clone())
    }

    /// The state of an aggregate now; without a state where it does not exist.
    ///
    /// # Errors
    /// When the database can't be read, or an event can't be decoded.
    pub async fn load(&self, id: &A::Id) -> Result<Loaded<A>, LoadError> {
        self.load_until(id, Until::Head).await
    }

    /// The state of an aggregate as of a version, a moment or a position.
    ///
    /// # Errors
    /// When the database can't be read, or an event can't be decoded.
    pub async fn load_until(&self, id: &A::Id, until: Until) -> Result<Loaded<A>, LoadError> {
        if let Some(snapshots) = &self.snapshots {
            let query = LoadQuery { stream: self.stream(id), snapshot: Some(snapshots.filter()), until };
            let mut fold = Fold::new(Some(snapshots));
            self.store.load(&query, &mut fold).await?;
            if let Some(folded) = fold.finish()? {
                let loaded = folded.loaded(id);
                if until == Until::Head {
                    snapshots.note_load(&loaded);
                }
                return Ok(loaded);
            }
        }
        self.replay(id, until).await
    }

    /// The state of an aggregate from its events alone, whatever snapshots there are.
    ///
    /// # Errors
    /// When the database can't be read, or an event can't be decoded.
    pub async fn replay(&self, id: &A::Id, until: Until) -> Result<Loaded<A>, LoadError> {
        let query = LoadQuery { stream: self.stream(id), snapshot: None, until };
        let mut fold = Fold::new(None);
        self.store.load(&query, &mut fold).await?;
        Ok(fold.finish()?.unwrap_or_default().loaded(id))
    }

    /// The events of an aggregate, typed, oldest first.
    #[must_use]
    pub fn events(&self, id: &A::Id) -> BoxStream<'static, Result<Recorded<A::Event>, LoadError>> {
        self.events_of(EventQuery::stream(self.stream(id)))
    }

    /// The events of a query over this aggregate's streams of the repository's tenant, typed.
    #[must_use]
    pub fn events_of(&self, query: EventQuery) -> BoxStream<'static, Result<Recorded<A::Event>, LoadError>> {
        typed::<A>(self.store.read(self.own(query)))
    }

    /// The same, with at most so many events and bytes of payloads at once.
    #[cfg(feature = "graphql")]
    pub(crate) fn events_by(
        &self,
        query: EventQuery,
        size: (u64, usize),
    ) -> BoxStream<'static, Result<Recorded<A::Event>, LoadError>> {
        typed::<A>(self.store.read_by(self.own(query), size))
    }

    /// The query over this aggregate's streams of the repository's tenant alone.
    fn own(&self, query: EventQuery) -> EventQuery {
        query.tenant(self.tenant.clone()).of_types([A::TYPE])
    }
}

/// The events of this aggregate as they are stored, typed; one that can't be decoded is an error in its place.
fn typed<A: Aggregate>(
    stored: BoxStream<'static, Result<StoredEvent, StoreError>>,
) -> BoxStream<'static, Result<Recorded<A::Event>, LoadError>> {
    let decoded = stored.map_err(LoadError::from).map(|event| event.and_then(|event| decode::<A>(&event)));
    decoded.map_ok(stream_of).try_flatten().boxed()
}

type Decoded<A> = Vec<Recorded<<A as Aggregate>::Event>>;

fn stream_of<T, E>(items: Vec<T>) -> impl futures_util::Stream<Item = Result<T, E>> {
    futures_util::stream::iter(items.into_iter().map(Ok))
}

fn decode<A: Aggregate>(stored: &StoredEvent) -> Result<Decoded<A>, LoadError> {
    let raw = stored.as_raw();
    let parts = A::Event::decode(&raw).map_err(|source| undecodable(&raw, source))?;
    let metadata = raw.metadata().map_err(|source| undecodable(&raw, source))?;
    let parts: Vec<_> = parts.into_iter().collect();
    // No upcaster makes four milliards of one.
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let recorded = parts.into_iter().zip(0..).map(|(event, part)| Recorded {
        event,
        stream_id: raw.stream_id.to_owned(),
        position: raw.position,
        version: raw.version,
        part,
        parts: count,
        metadata: metadata.clone(),
    });
    Ok(recorded.collect())
}
