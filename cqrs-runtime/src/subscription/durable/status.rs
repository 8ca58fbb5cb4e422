//! The durable subscriptions of a database.

use super::SubscriptionError;
use crate::store::{Checkpoint, EventStore, StoreError};

/// What stands before a subscription's name; other names are those of projections, which have an `@`.
const PREFIX: &str = "subscription ";

/// How a durable subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionStatus {
    /// Its name.
    pub name: String,
    /// How its partitions stand: how far each is, whose it is, and whether that subscriber lives.
    pub partitions: Vec<Checkpoint>,
}

impl SubscriptionStatus {
    /// By how many positions it lies behind the end of the log. The events there need not be its own.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.partitions.iter().map(|known| known.behind).max().unwrap_or(0)
    }
}

/// The name under which progress is kept.
pub(super) fn kept_as(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// What a name is called under which progress is kept; `None` where it is none of a subscription.
pub(super) fn called(kept_as: &str) -> Option<&str> {
    kept_as.strip_prefix(PREFIX)
}

impl EventStore {
    /// All durable subscriptions, in the order of their names: also those that nobody has open.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn durable_subscriptions(&self) -> Result<Vec<SubscriptionStatus>, StoreError> {
        let mut known = Vec::new();
        for name in self.backend().names().await? {
            let Some(own) = called(&name) else { continue };
            let partitions = self.backend().checkpoints(&name).await?;
            known.push(SubscriptionStatus { name: own.to_owned(), partitions });
        }
        Ok(known)
    }

    /// Forgets a durable subscription: under its name, all begins anew. Whether it was there.
    ///
    /// A subscriber that slept meanwhile, or was cut off from the database, makes nothing anew when it comes back: it ends
    /// with [`SubscriptionError::Forgotten`].
    ///
    /// # Errors
    /// [`SubscriptionError::InUse`] when somebody has it open, or has gone without a word within the lease time; when the
    /// database can't be written.
    pub async fn forget_durable_subscription(&self, name: &str) -> Result<bool, SubscriptionError> {
        let kept_as = kept_as(name);
        if self.backend().forget(&kept_as).await? {
            return Ok(true);
        }
        if self.backend().checkpoints(&kept_as).await?.is_empty() {
            return Ok(false);
        }
        Err(SubscriptionError::InUse { name: name.to_owned() })
    }
}
