//! Subscriptions to typed events.

use futures_util::stream::BoxStream;

use super::{LoadError, Repository, typed};
use crate::aggregate::Aggregate;
use crate::event::Recorded;
use crate::store::{Cursor, EventQuery, StoreError};

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
}
