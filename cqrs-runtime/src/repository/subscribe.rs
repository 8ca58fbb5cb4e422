//! Subscriptions to typed events.

use futures_util::stream::BoxStream;

use super::{LoadError, Repository, decode, typed};
use crate::aggregate::Aggregate;
use crate::event::Recorded;
use crate::store::{Cursor, EventQuery, StoreError, StoredEvent};
use crate::subscription::DurableSubscription;
#[cfg(feature = "graphql")]
use crate::subscription::ReadAhead;

impl<A: Aggregate> Repository<A> {
    /// The events of a query over this aggregate's streams of the repository's tenant, typed: from the first one on, and
    /// then those that are appended, as they come; see [`EventStore::subscribe`](crate::store::EventStore::subscribe).
    ///
    /// ```
    /// # use cqrs_runtime::prelude::*;
    /// # use cqrs_runtime::repository::{LoadError, Repository};
    /// # use futures_util::TryStreamExt;
    /// # use cqrs_runtime::store::EventQuery;
    /// # async fn f<Account: Aggregate>(accounts: Repository<Account>, id: Account::Id) -> Result<(), LoadError> {
    /// let mut events = accounts.subscribe(EventQuery::stream(accounts.stream(&id)));
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{} at position {}", event.stream_id, event.position);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`LoadError::Undecodable`] stands in the place of an event that can't be decoded, and what comes behind it
    /// follows: the subscriber goes on, or stops there. [`LoadError::Store`] is the last item.
    #[must_use]
    pub fn subscribe(&self, query: EventQuery) -> BoxStream<'static, Result<Recorded<A::Event>, LoadError>> {
        typed::<A>(self.store.subscribe(self.own(query)))
    }

    /// The same for one of many subscribers, who may be slow: little is read ahead.
    #[cfg(feature = "graphql")]
    pub(crate) fn subscribe_sparingly(
        &self,
        query: EventQuery,
    ) -> BoxStream<'static, Result<Recorded<A::Event>, LoadError>> {
        typed::<A>(self.store.subscribe_reading(self.own(query), ReadAhead::LITTLE))
    }

    /// The typed events behind `cursor`, and then those that are appended; see [`subscribe`](Self::subscribe).
    ///
    /// [`Cursor::past`] leads from event to event, and stays before one that an upcaster has split until its last part.
    ///
    /// # Errors
    /// When the log does not have the event at which the cursor stands.
    pub async fn subscribe_after(
        &self,
        cursor: Cursor,
        query: EventQuery,
    ) -> Result<BoxStream<'static, Result<Recorded<A::Event>, LoadError>>, StoreError> {
        Ok(typed::<A>(self.store.subscribe_after(cursor, self.own(query)).await?))
    }
    /// A subscription to the events of a query over this aggregate's streams whose progress is kept under a name; see
    /// [`EventStore::durable_subscription`](crate::store::EventStore::durable_subscription).
    ///
    /// ```
    /// # use cqrs_runtime::prelude::*;
    /// # use cqrs_runtime::repository::Repository;
    /// # use cqrs_runtime::store::EventQuery;
    /// # async fn f<Account: Aggregate>(accounts: Repository<Account>) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut audit = accounts.durable_subscription("audit", EventQuery::log()).open().await?;
    /// let stored = audit.next().await?;
    /// for event in accounts.decode(&stored)? {
    ///     println!("{}: {:?}", event.stream_id, event.metadata.recorded_at);
    /// }
    /// audit.confirm(&stored).await?;
    /// # Ok(()) }
    /// ```
    pub fn durable_subscription(&self, name: impl Into<String>, query: EventQuery) -> DurableSubscription {
        self.store.durable_subscription(name, self.own(query))
    }

    /// A stored event of this aggregate, typed: one, unless an upcaster makes several of it, or none.
    ///
    /// # Errors
    /// [`LoadError::Undecodable`] when it is no event of the aggregate, or of a shape that is not known.
    pub fn decode(&self, event: &StoredEvent) -> Result<Vec<Recorded<A::Event>>, LoadError> {
        decode::<A>(event)
    }
}
