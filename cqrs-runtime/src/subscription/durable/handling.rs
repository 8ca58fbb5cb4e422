//! Handling an event in the transaction that confirms it.

use super::{Subscriber, SubscriptionError};
use crate::store::{Advance, AdvanceVerdict, Transaction};

/// A transaction that confirms an event; see [`Subscriber::begin`].
///
/// Dropped, it is rolled back, and the event is not confirmed.
#[must_use = "what is dropped is rolled back"]
pub struct Handling<'s> {
    subscriber: &'s mut Subscriber,
    transaction: Box<dyn Transaction>,
    steps: Vec<Advance>,
}

impl std::fmt::Debug for Handling<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handling").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl<'s> Handling<'s> {
    pub(super) fn new(subscriber: &'s mut Subscriber, transaction: Box<dyn Transaction>, steps: Vec<Advance>) -> Self {
        Self { subscriber, transaction, steps }
    }

    /// The transaction, as the backend has begun it.
    #[must_use]
    pub fn transaction(&self) -> &dyn Transaction {
        &*self.transaction
    }

    /// Commits what was written, and with it the confirmation.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`](crate::store::StoreError::OverLimit) when it was rolled back because it lasted too long;
    /// when the database can't be written. Where the connection broke, or no answer came within the time of a commit, it is
    /// not known whether it was; the event comes again, after [`rewind`](Subscriber::rewind) or to another subscriber, only
    /// if it was not.
    pub async fn commit(self) -> Result<(), SubscriptionError> {
        let Self { subscriber, transaction, steps } = self;
        let taking = async { transaction.commit().await.map(|()| AdvanceVerdict::Advanced) };
        subscriber.advance_by(&steps, taking).await?;
        Ok(())
    }
}
