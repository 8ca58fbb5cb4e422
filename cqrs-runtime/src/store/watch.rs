//! How a database tells that another process has appended.

use async_trait::async_trait;
use tokio::sync::watch;

use super::StoreError;

/// Tells of appends by other processes, as [`Backend::watch`](super::Backend::watch) has begun to.
#[async_trait]
pub trait Watch: Send {
    /// Waits until another process may have appended since the last call, or since the watch has begun.
    ///
    /// Dropping the future loses nothing. A watch that fails is dropped, and another one begun.
    ///
    /// # Errors
    /// When the connection is lost over which the database tells.
    async fn appended(&mut self) -> Result<(), StoreError>;

    /// Ends its connection.
    async fn close(self: Box<Self>);
}

/// Whether anybody waits for appends: while nobody does, a database need not be asked for them.
#[derive(Clone, Debug)]
pub struct Waiting(watch::Receiver<usize>);

impl Waiting {
    pub(super) fn of(count: &watch::Sender<usize>) -> Self {
        Self(count.subscribe())
    }

    /// Waits until somebody waits.
    pub async fn somebody(&mut self) {
        // Where the store is gone, so is who has begun the watch.
        let _ = self.0.wait_for(|count| *count > 0).await;
    }
}
