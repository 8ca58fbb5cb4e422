//! One who takes the events of a durable subscription.

use std::collections::VecDeque;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::select;
use tokio::time::sleep;
use uuid::Uuid;

use super::asking::Asked;
use super::share::{Place, Share};
use super::{Handling, SubscriptionError};
use crate::store::lease::Alive;
use crate::store::{
    Advance, AdvanceVerdict, Begun, Cursor, EventPosition, EventQuery, EventStore, Session, StoreError, StoredEvent,
    WorkerId,
};
use crate::subscription::Outage;
use crate::subscription::follower::Follower;

/// One who takes the events of a [`DurableSubscription`](super::DurableSubscription).
///
/// It gives signs of life while it is there. When it is dropped, others get its partitions when its lease time is over;
/// [`close`](Self::close) gives them up at once.
pub struct Subscriber {
    pub(super) store: EventStore,
    query: EventQuery,
    pub(super) session: Session,
    pub(super) share: Share,
    /// When it was asked for the share that it knows.
    pub(super) asked_at: Option<Instant>,
    /// Under way also while nobody waits for it: who looks in now and then comes to something, too.
    pub(super) asking: Option<BoxFuture<'static, Result<Asked, StoreError>>>,
    /// As well.
    reading: Option<BoxFuture<'static, Page>>,
    pub(super) read: VecDeque<StoredEvent>,
    /// The event up to which all that is wanted has been read.
    pub(super) seen: Option<EventPosition>,
    _alive: Alive,
}

/// What was read, and who reads on.
type Page = (Follower, Result<Vec<StoredEvent>, StoreError>);

fn read(mut follower: Follower) -> BoxFuture<'static, Page> {
    async move {
        let page = follower.step().await;
        (follower, page)
    }
    .boxed()
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscriber").field("session", &self.session).field("share", &self.share).finish_non_exhaustive()
    }
}

impl Subscriber {
    pub(super) async fn join(store: EventStore, query: EventQuery, session: Session) -> Result<Self, StoreError> {
        let alive = store.keep_alive(session.worker, session.lease_time);
        let mut subscriber = Self {
            share: Share::new(session.partitions),
            store,
            query,
            session,
            asked_at: None,
            asking: None,
            reading: None,
            read: VecDeque::new(),
            seen: None,
            _alive: alive,
        };
        subscriber.take_share().await?;
        // From now on, it is there, or was forgotten.
        subscriber.session.makes = false;
        Ok(subscriber)
    }

    /// Who it is among the subscribers of its name.
    #[must_use]
    pub fn worker(&self) -> WorkerId {
        self.session.worker
    }

    /// The next event; waits until there is one for this subscriber.
    ///
    /// Events come in the order of the log. One that was not confirmed comes again when its partition is taken the next
    /// time, by this subscriber or another, and after [`rewind`](Self::rewind). Dropping the future loses nothing. A
    /// database that can't be reached is tried again until it can.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the store is closed, [`StoreError::LogDiverged`] when the log has lost the last event
    /// that was given out or confirmed, [`SubscriptionError::Forgotten`] when the subscription was forgotten, and any other
    /// error that trying again does not help.
    pub async fn next(&mut self) -> Result<StoredEvent, SubscriptionError> {
        let mut outage = Outage::default();
        loop {
            if self.store.is_closed() {
                return Err(StoreError::Closed.into());
            }
            match self.step().await {
                Ok(Some(event)) => return Ok(event),
                Ok(None) => outage = Outage::default(),
                Err(error) if error.is_retryable() => select! {
                    () = outage.wait(&error) => {}
                    () = self.store.closed() => {}
                },
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Keeps that an event has been handled, and all of its subscriber's that stand before it in the log.
    ///
    /// # Errors
    /// [`SubscriptionError::LeaseLost`] when the event is no longer this subscriber's, or is to come again after
    /// [`rewind`](Self::rewind): [`next`](Self::next) goes on with what is its own. [`SubscriptionError::Forgotten`] when
    /// the subscription was forgotten. When the database can't be written, and then it is not known whether it was.
    pub async fn confirm(&mut self, event: &StoredEvent) -> Result<(), SubscriptionError> {
        self.know_share().await?;
        let position = event.position;
        if self.share.gave_out(event) && self.advance(position, event.event_id).await? {
            return Ok(());
        }
        Err(self.lost(position).await)
    }

    /// Begins a transaction that confirms an event, and all that was given out before it: what is written in it commits
    /// with the confirmation, so that each event is in effect handled once.
    ///
    /// ```
    /// # use cqrs_runtime::store::StoredEvent;
    /// # use cqrs_runtime::subscription::Subscriber;
    /// use sea_orm::ConnectionTrait;
    ///
    /// # async fn f(mut search: Subscriber) -> Result<(), Box<dyn std::error::Error>> {
    /// let event = search.next().await?;
    /// let handling = search.begin(&event).await?;
    /// handling.connection()?.execute_unprepared("UPDATE counted SET events = events + 1").await?;
    /// handling.commit().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// It holds the partitions, and on SQLite the file: others who write wait until it ends, and are turned away as
    /// `Busy` when that takes too long. So nothing else should be waited for in it. One that is left alone for two thirds of
    /// the lease time, or for longer than [`commit_timeout`](crate::backend::sea_orm::Options::commit_timeout), is rolled
    /// back; on SQLite one that lasts for two thirds of the lease time. There, a process that is paused in the midst of it
    /// holds the file until it goes on or is killed.
    ///
    /// # Errors
    /// [`SubscriptionError::LeaseLost`] when the event is no longer this subscriber's, [`SubscriptionError::Confirmed`]
    /// when it was handled before, [`SubscriptionError::Forgotten`] when the subscription was, [`StoreError::NoTables`] on
    /// a store in memory, [`StoreError::NoTransactions`] behind a
    /// pgbouncer that keeps no prepared statements; when the database can't be written.
    pub async fn begin(&mut self, event: &StoredEvent) -> Result<Handling<'_>, SubscriptionError> {
        if self.store.is_closed() {
            return Err(StoreError::Closed.into());
        }
        self.know_share().await?;
        let position = event.position;
        if self.share.is_confirmed(event) {
            return Err(SubscriptionError::Confirmed { position });
        }
        if !self.share.gave_out(event) {
            return Err(self.lost(position).await);
        }
        let steps = self.share.steps(position, event.event_id);
        match self.store.backend().begin(&self.session, &steps).await? {
            Begun::Transaction(transaction) => Ok(Handling::new(self, transaction, steps)),
            Begun::Refused(_) => {
                self.lose_share();
                Err(self.lost(position).await)
            }
        }
    }

    /// Why an event is not this subscriber's any more: others have it, or nobody does.
    async fn lost(&mut self, position: u64) -> SubscriptionError {
        let name = &self.session.name;
        match self.store.backend().checkpoints(name).await {
            Ok(known) if known.is_empty() => StoreError::Forgotten { name: name.clone() }.into(),
            // What else is wrong is met again by who goes on.
            _ => SubscriptionError::LeaseLost { position },
        }
    }

    /// Takes steps; unless it is known that they were taken, where the checkpoints are has to be asked for.
    pub(super) async fn advance_by(
        &mut self,
        steps: &[Advance],
        taking: impl Future<Output = Result<AdvanceVerdict, StoreError>>,
    ) -> Result<bool, StoreError> {
        let asked_at = self.asked_at.take();
        if taking.await? == AdvanceVerdict::Advanced {
            self.share.advanced(steps);
            self.asked_at = asked_at;
            return Ok(true);
        }
        self.lose_share();
        Ok(false)
    }

    /// Has all events given out again that were not confirmed: after a failure, for another try.
    pub fn rewind(&mut self) {
        self.share.rewind();
        self.read_anew();
    }

    /// Gives the partitions up to other subscribers at once. What was not confirmed comes again, to one of them.
    ///
    /// # Errors
    /// When the database can't be written; the partitions are then free when the lease time is over.
    pub async fn close(mut self) -> Result<(), StoreError> {
        // What fails here costs a reading again at most; the partitions are given up all the same.
        if self.asking.is_some() {
            let _ = self.take_share().await;
        }
        let passes = self.past_foreign();
        if !passes.is_empty() {
            let _ = self.store.backend().advance(&self.session.name, self.session.worker, &passes).await;
        }
        self.store.backend().release(&self.session.name, self.session.worker).await
    }

    /// An event, or what brings one nearer.
    async fn step(&mut self) -> Result<Option<StoredEvent>, StoreError> {
        self.take_share().await?;
        if let Some(event) = self.read.pop_front() {
            self.share.gave(event.position, event.event_id);
            return Ok(Some(event));
        }
        let rest = self.rest();
        let Some(reading) = &mut self.reading else {
            select! {
                () = sleep(rest) => {}
                () = self.store.closed() => {}
            }
            return Ok(None);
        };
        let (follower, page) = select! {
            page = reading => page,
            () = sleep(rest) => return Ok(None),
        };
        self.seen = follower.seen();
        self.reading = Some(read(follower));
        self.read.extend(page?.into_iter().filter(|event| self.share.wants(event)));
        Ok(None)
    }

    /// Reads on where the partitions are.
    pub(super) fn read_anew(&mut self) {
        self.read.clear();
        self.seen = None;
        self.reading = self.share.from().map(|Place { position, event_id }| {
            let query = self.query.clone();
            let after = query.after_position.max(Some(position));
            let follower = Follower::new(self.store.clone(), EventQuery { after_position: after, ..query });
            // Whose log it is, is not looked at.
            read(follower.behind(Cursor { log: Uuid::nil(), position, event_id }))
        });
    }

    /// Moves the checkpoints; false where others have the partitions by now.
    async fn advance(&mut self, position: u64, event_id: Uuid) -> Result<bool, StoreError> {
        let steps = self.share.steps(position, event_id);
        if steps.is_empty() {
            return Ok(true);
        }
        let (store, session) = (self.store.clone(), self.session.clone());
        let taking = async { store.backend().advance(&session.name, session.worker, &steps).await };
        self.advance_by(&steps, taking).await
    }

    /// Takes note that others have the partitions.
    fn lose_share(&mut self) {
        self.share.clear();
        self.read_anew();
        self.asked_at = None;
    }
}
