//! Subscriptions that the database knows by name: how far their subscribers have come, and who they are.

mod asking;
mod error;
mod handling;
mod share;
mod status;
mod subscriber;

use std::time::Duration;

pub use self::error::SubscriptionError;
pub use self::handling::Handling;
pub use self::status::SubscriptionStatus;
use self::status::kept_as;
pub use self::subscriber::Subscriber;
use crate::id::check_text;
use crate::store::lease::LONGEST;
use crate::store::{Direction, EventPosition, EventQuery, EventStore, Session, StoreError, WorkerId};

/// A subscription whose progress is kept under a name in the database.
///
/// Its events go to whoever [opens](Self::open) it: to one process at a time, or shared out among several, each stream's
/// to one of them and in order. An event that was not [confirmed](Subscriber::confirm) comes again, to the next
/// subscriber: each is handled once at least.
///
/// ```
/// # use cqrs_runtime::store::{EventQuery, EventStore, StoredEvent};
/// # use cqrs_runtime::subscription::SubscriptionError;
/// # async fn welcome(_: &StoredEvent) {}
/// # async fn f(store: EventStore) -> Result<(), SubscriptionError> {
/// let opened = EventQuery::log().named(["AccountOpened"]);
/// let mut welcomes = store.durable_subscription("welcomes", opened).open().await?;
/// loop {
///     let event = welcomes.next().await?;
///     welcome(&event).await;
///     match welcomes.confirm(&event).await {
///         Err(error) if error.is_retryable() => welcomes.rewind(), // comes again, unless it was kept
///         confirmed => confirmed?,
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing comes before it is opened"]
pub struct DurableSubscription {
    store: EventStore,
    name: String,
    query: EventQuery,
    start: Start,
    partitions: u32,
    lease_time: Duration,
}

/// Of a shorter lease, nothing is left as databases count time.
const SHORTEST: Duration = Duration::from_micros(2);

/// Where a durable subscription starts whose name is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With the first event of the log.
    #[default]
    Beginning,
    /// With what is appended from now on.
    End,
    /// With the first event behind a position; behind the end of the log, with what is appended from now on.
    After(u64),
}

impl EventStore {
    /// A subscription to the events of `query` whose progress is kept under `name`, a text of up to 255 bytes.
    ///
    /// Under another name, all begins anew. Another query goes on where the last one was.
    pub fn durable_subscription(&self, name: impl Into<String>, query: EventQuery) -> DurableSubscription {
        DurableSubscription {
            store: self.clone(),
            name: name.into(),
            query,
            start: Start::default(),
            partitions: 1,
            lease_time: Duration::from_secs(10),
        }
    }
}

impl DurableSubscription {
    /// Where it starts if its name is new; the beginning of the log, unless it is said.
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Into how many parts the streams are divided, the same in each process and for ever; so many subscribers can share
    /// them at most. One, unless it is said: then there is one subscriber at a time, and the others stand by.
    pub fn partitions(mut self, partitions: u32) -> Self {
        self.partitions = partitions;
        self
    }

    /// Within which time others have the partitions of a subscriber that gives no sign of life any more; one that is held up
    /// for two thirds of it has lost them. Ten seconds, unless it is said, and a day at most.
    pub fn lease_time(mut self, lease_time: Duration) -> Self {
        self.lease_time = lease_time;
        self
    }

    /// Becomes a subscriber, and takes a share of the partitions that are free.
    ///
    /// # Errors
    /// When the name is none, the query goes backwards or has an end, the lease time is none or longer than a day, the name
    /// has another number of partitions, or the database can't be written.
    pub async fn open(self) -> Result<Subscriber, SubscriptionError> {
        check_text(&self.name)?;
        let EventQuery { limit, to_position, to_version, from_version, direction, .. } = self.query;
        let is_bounded = limit.is_some() || to_position.is_some() || to_version.is_some() || from_version.is_some();
        if is_bounded || direction == Direction::Backwards {
            return Err(SubscriptionError::Query);
        }
        if self.partitions == 0 || !(SHORTEST..=LONGEST).contains(&self.lease_time) {
            return Err(SubscriptionError::Options);
        }
        let name = kept_as(&self.name);
        let start = match self.start {
            Start::Beginning => None,
            // The log need not be readable there where nobody asks.
            _ if !self.store.backend().checkpoints(&name).await?.is_empty() => None,
            Start::End => self.store.last_event(None).await?,
            Start::After(position) => last_up_to(&self.store, position).await?,
        };
        let worker = WorkerId(uuid::Uuid::now_v7());
        let mut session = Session::new(name, worker, self.partitions, self.lease_time * 2 / 3);
        if let Some(EventPosition { position, event_id, .. }) = start {
            (session.checkpoint, session.event_id) = (position, event_id);
        }
        Ok(Subscriber::join(self.store, self.query, session).await?)
    }
}

async fn last_up_to(store: &EventStore, position: u64) -> Result<Option<EventPosition>, StoreError> {
    let query = EventQuery::log().to_position(position).backwards().limit(1);
    let (events, read) = store.page(&query, usize::MAX).await;
    read?;
    Ok(events.last().map(|event| EventPosition::of(&event.as_raw())))
}
