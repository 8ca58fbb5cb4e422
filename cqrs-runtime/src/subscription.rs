//! Live subscriptions: what is in the log, and then what is appended, as one stream.
//!
//! A subscription has no task and no queue of its own: it reads a page when the one before has been taken, and waits for
//! [`Hints`](crate::store::Hints) when there is none. Who takes events slowly lags behind and costs nobody anything.
//!
//! A [`DurableSubscription`] has a name, under which the database keeps how far its subscribers have come.

mod durable;
mod follower;
mod outage;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

pub use self::durable::{DurableSubscription, Handling, Start, Subscriber, SubscriptionError, SubscriptionStatus};
use self::follower::Follower;
pub(crate) use self::follower::ReadAhead;
pub(crate) use self::outage::Outage;
use crate::store::{Cursor, EventQuery, EventStore, StoreError, StoredEvent};

impl EventStore {
    /// The events of `query`, from the first one on, and then those that are appended, as they come.
    ///
    /// None is missed, none comes twice, and they come in the order of the log, whichever processes append them. The
    /// stream always goes forwards. It only ends where `query` says so: behind its `limit`, or where its `to_position`
    /// or a stream's `to_version` has been reached. From now on only, for those who don't care for the past:
    ///
    /// ```
    /// # use cqrs_runtime::store::{EventQuery, EventStore, StoreError};
    /// # use futures_util::TryStreamExt;
    /// # async fn f(store: EventStore) -> Result<(), StoreError> {
    /// let now = store.head().await?.position;
    /// let mut deposits = store.subscribe(EventQuery::log().named(["MoneyDeposited"]).after_position(now));
    /// while let Some(event) = deposits.try_next().await? {
    ///     println!("{}: {}", event.stream, event.payload);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// At most 1,000 events, and 16 MiB of payloads, are read ahead. A database that can't be reached is tried again until it can.
    ///
    /// # Errors
    /// The last item is [`StoreError::Closed`] when the store is closed, [`StoreError::LogDiverged`] when the log has
    /// lost an event that was seen, and any other error that trying again does not help. What comes behind an event that
    /// can't be read, a new subscription [after its position](EventQuery::after_position) gives.
    #[must_use]
    pub fn subscribe(&self, query: EventQuery) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        self.subscribe_reading(query, ReadAhead::PAGE)
    }

    /// As well, with so much of it read ahead.
    pub(crate) fn subscribe_reading(
        &self,
        query: EventQuery,
        ahead: ReadAhead,
    ) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        pages(Follower::new(self.clone(), query).reading(ahead))
    }

    /// The events of `query` behind `cursor`, and then those that are appended; see [`subscribe`](Self::subscribe).
    ///
    /// # Errors
    /// As [`read_after`](Self::read_after), when the log does not have the event at which the cursor stands.
    pub async fn subscribe_after(
        &self,
        cursor: Cursor,
        query: EventQuery,
    ) -> Result<BoxStream<'static, Result<StoredEvent, StoreError>>, StoreError> {
        self.check_cursor(cursor).await?;
        Ok(pages(Follower::new(self.clone(), query).behind(cursor)))
    }
}

fn pages(follower: Follower) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
    let pages = stream::try_unfold(follower, |mut follower| async move {
        let page = follower.next().await?;
        Ok::<_, StoreError>(page.map(|events| (stream::iter(events.into_iter().map(Ok)), follower)))
    });
    pages.try_flatten().boxed()
}
