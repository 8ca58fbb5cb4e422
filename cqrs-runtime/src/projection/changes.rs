//! Following the rows of a read model.
//!
//! As a subscription to events, it has no task and no queue of its own: it reads when it is polled, and waits for hints when
//! there is nothing. Who takes changes slowly gets the last states later, and costs nobody anything.

mod feed;
mod from_now;
mod given;

use std::fmt;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use self::feed::Feed;
pub use self::from_now::ChangesFromNow;
use super::query::Source;
use super::{Filter, Query, QueryError, Rows};
use crate::read_model::ReadModel;
use crate::store::EventStore;
use crate::subscription::ReadAhead;

/// A change of the rows that are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowChange<M: ReadModel> {
    /// Whatever was told before, it does not hold any more: the rows that there are follow, all of them, or are to be asked for
    /// again where the changes are those from now on.
    Reset,
    /// A row is there now, or is another one now.
    Upsert {
        /// The row.
        row: M,
        /// All events up to this position are in it; later ones may be.
        position: u64,
    },
    /// A row is no more, or satisfies the conditions no more.
    Removed {
        /// Its key.
        key: M::Key,
        /// That was so when all events up to this position had been projected, and perhaps later ones.
        position: u64,
    },
}

/// Which rows of a read model are followed.
///
/// Who forgets all at [`RowChange::Reset`], keeps each row of an [`RowChange::Upsert`] by its key and takes away that of a
/// [`RowChange::Removed`] has exactly the rows that satisfy the conditions, as soon as all has been taken that there is; also
/// while they are changed by other processes, and across a rebuild.
///
/// What comes is the last state of a row and not each: of one that changed ten times meanwhile, the tenth. Where nothing is
/// lost by it, a state may come again.
///
/// ```no_run
/// # use cqrs_runtime::projection::{Projection, ReadModels, RowChange};
/// # use std::collections::HashMap;
/// # use futures_util::TryStreamExt;
/// # async fn f<AccountSummary: Projection>(read_models: ReadModels) -> Result<(), Box<dyn std::error::Error>> {
/// let mut changes = read_models.changes::<AccountSummary>().start();
/// let mut rows = HashMap::new();
/// while let Some(change) = changes.try_next().await? {
///     match change {
///         RowChange::Reset => rows.clear(),
///         RowChange::Upsert { row, .. } => drop(rows.insert(row.key(), row)),
///         RowChange::Removed { key, .. } => drop(rows.remove(&key)),
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is followed before the start"]
pub struct RowChanges<M> {
    store: EventStore,
    source: Option<Arc<Source>>,
    tenant: String,
    filters: Vec<Filter<M>>,
    ahead: ReadAhead,
}

impl<M> fmt::Debug for RowChanges<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowChanges").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl<M: ReadModel> RowChanges<M> {
    /// How many rows may satisfy the conditions by which they are followed.
    ///
    /// Their keys are kept in mind, as numbers of 64 bits: so it is known whose leaving is to be told, and of the rows of
    /// others not even the keys are. All rows of a tenant, without a condition, may be as many as there are.
    pub const MOST_BY_CONDITION: usize = given::MOST;

    pub(super) fn new(store: EventStore, source: Option<Arc<Source>>) -> Self {
        Self { store, source, tenant: String::new(), filters: Vec::new(), ahead: ReadAhead::PAGE }
    }

    /// Only rows of this tenant; without it, those of no tenant.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// Only rows that satisfy a condition. Conditions add up.
    pub fn filter(mut self, filter: Filter<M>) -> Self {
        self.filters.push(filter);
        self
    }

    /// For one of many who follow, and may be slow: little is read ahead.
    pub(crate) fn sparingly(mut self) -> Self {
        self.ahead = ReadAhead::LITTLE;
        self
    }

    /// All rows that there are, behind a [`RowChange::Reset`], and then their changes as they come.
    ///
    /// It begins anew, with a reset, when it is not known what has changed: when another generation of the read model
    /// serves, after a batch that changed more than 2,000 rows, some of the tenant's among them, and for who comes back after
    /// more than 256 batches of one partition.
    ///
    /// A database that can't be reached is tried again until it can.
    ///
    /// # Errors
    /// An error is the last item: [`StoreError::NotServed`](crate::store::StoreError::NotServed) while the read model has
    /// not been built, [`QueryError::TooManyRows`] for [more rows](Self::MOST_BY_CONDITION) than can be followed by
    /// conditions, [`StoreError::Closed`](crate::store::StoreError::Closed) when the store is closed.
    #[must_use]
    pub fn start(self) -> BoxStream<'static, Result<RowChange<M>, QueryError>> {
        stream(self.source.is_some().then(|| self.feed(true)).flatten())
    }

    /// The changes from now on, without the rows that there are: for who asks for some of them, page by page.
    ///
    /// Where [`start`](Self::start) begins anew, this gives a [`RowChange::Reset`] and no rows: they are to be asked for
    /// again.
    ///
    /// # Errors
    /// As those of [`start`](Self::start), now or as the last item.
    pub async fn start_now(self) -> Result<ChangesFromNow<M>, QueryError> {
        let mut feed = self.feed(false).ok_or(QueryError::NotListed { table: M::TABLE.name })?;
        feed.begin().await?;
        let given = feed.given();
        Ok(ChangesFromNow::new(stream(Some(feed)), given))
    }

    fn feed(self, gives_rows: bool) -> Option<Feed<M>> {
        let Self { store, source, tenant, filters, ahead } = self;
        Some(Feed::new(store, source?, tenant, filters, gives_rows, ahead))
    }
}

/// The changes of a feed; without one, that the read model is not listed.
fn stream<M: ReadModel>(feed: Option<Feed<M>>) -> BoxStream<'static, Result<RowChange<M>, QueryError>> {
    let feed = feed.ok_or(QueryError::NotListed { table: M::TABLE.name });
    let pages = stream::once(async { feed }).map_ok(|feed| {
        stream::try_unfold(feed, |mut feed| async move {
            let page = feed.next().await?;
            Ok::<_, QueryError>(Some((stream::iter(page.into_iter().map(Ok)), feed)))
        })
    });
    pages.try_flatten().try_flatten().boxed()
}
