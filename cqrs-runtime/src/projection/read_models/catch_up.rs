//! Bringing read models to the end of the log, for programs that do not keep them up to date all the time.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::helper::Helper;
use super::{PrepareError, ReadModels, Readiness, WaitError};
use crate::store::StoreError;

/// Why read models have not come to the end of the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatchUpError {
    /// The database can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The read models can't be made ready.
    #[error(transparent)]
    Prepare(PrepareError),
    /// They have not come as far in time.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// Read models have changed their shape or version, and have to be rebuilt first.
    #[error("{} changed since it was built: rebuild it", names.join(", "))]
    Changed {
        /// Which ones.
        names: Vec<&'static str>,
    },
}

impl From<PrepareError> for CatchUpError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Store(error) => Self::Store(error),
            other => Self::Prepare(other),
        }
    }
}

impl ReadModels {
    /// Makes ready what is new, and sees to it that all events that there are now are projected: by the processes that
    /// are at it, else by this one. Where there is nothing to do, nobody is disturbed.
    ///
    /// # Errors
    /// When read models have to be rebuilt, or it takes longer than `limit`.
    pub async fn catch_up(&self, limit: Duration) -> Result<(), CatchUpError> {
        let readiness = self.prepare().await?;
        let changed = readiness.into_iter().filter(|(_, readiness)| *readiness == Readiness::Changed);
        let names: Vec<_> = changed.map(|(name, _)| name).collect();
        if !names.is_empty() {
            return Err(CatchUpError::Changed { names });
        }
        let head = self.store.head().await?.position;
        let mut helpers: Vec<_> = self.models.iter().map(|model| (model, Helper::of(self, model))).collect();
        let waits = helpers.iter_mut().map(|(model, helper)| self.reach(model, head, limit, Some(helper)));
        let waited = try_join_all(waits).await;
        for (_, helper) in helpers {
            helper.stop().await;
        }
        waited?;
        Ok(())
    }

    /// Waits until all read models have seen all events up to `position`.
    ///
    /// # Errors
    /// As [`wait_for`](Self::wait_for).
    pub async fn wait_for_all(&self, position: u64, limit: Duration) -> Result<(), WaitError> {
        let waits = self.models.iter().map(|model| self.reach(model, position, limit, None));
        try_join_all(waits).await.map(drop)
    }
}
