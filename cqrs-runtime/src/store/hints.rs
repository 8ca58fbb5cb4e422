//! Waiting for appends, whoever makes them.

use tokio::select;
use tokio::sync::watch;

use super::StoreError;
use super::lookout::{Head, Lookout};

/// Tells when it is worth reading again: something may have been appended, by this process or another one.
///
/// A hint is never lost: what is appended after the `Hints` were made, or after [`next`](Self::next) has last returned,
/// makes it return. It may return for nothing, and once for many appends. Whoever reads to the end between two hints
/// sees every event:
///
/// ```
/// # use cqrs_runtime::store::{EventQuery, EventStore, StoreError};
/// # use futures_util::TryStreamExt;
/// # async fn f(store: EventStore) -> Result<(), StoreError> {
/// let (mut hints, mut position) = (store.hints(), 0);
/// loop {
///     let mut events = store.read(EventQuery::log().after_position(position));
///     while let Some(event) = events.try_next().await? {
///         position = event.position;
///     }
///     hints.next().await?;
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Hints {
    /// The end of the log, as far as is known.
    head: watch::Receiver<Head>,
    lookout: Lookout,
}

impl Hints {
    pub(super) fn new(head: watch::Receiver<Head>, lookout: Lookout) -> Self {
        Self { head, lookout }
    }

    /// Waits until something may have been appended. Dropping the future loses no hint.
    ///
    /// An append by a clone of this store is told at once, one by another process as soon as the database tells of it,
    /// and after the backend's [polling interval](super::Backend::poll_interval) at the latest.
    ///
    /// # Errors
    /// [`StoreError::Closed`] once the store is closed, and no other.
    pub async fn next(&mut self) -> Result<(), StoreError> {
        let waits = self.lookout.waits();
        let hinted = select! {
            biased;
            () = self.lookout.closed() => Err(StoreError::Closed),
            // The sender is held by the lookout, so that it can't be gone.
            _ = self.head.changed() => Ok(()),
        };
        drop(waits);
        hinted
    }
}
