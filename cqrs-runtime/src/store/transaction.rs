//! Transactions that move checkpoints, and in which others write.

use std::any::Any;

use async_trait::async_trait;

use super::{AdvanceVerdict, StoreError};

/// A transaction that has moved checkpoints; they stand there once it commits, together with all that was written in it.
///
/// Dropped, it is rolled back.
#[async_trait]
pub trait Transaction: Send {
    /// What it is, for who knows the database.
    fn as_any(&self) -> &dyn Any;

    /// Commits it.
    ///
    /// # Errors
    /// When the database can't be written. Whether it was is not known where the connection broke.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// What has come of beginning a transaction that moves checkpoints.
pub enum Begun {
    /// It is under way, and nobody else has the partitions before it ends.
    Transaction(Box<dyn Transaction>),
    /// The checkpoints can't be moved; nothing has begun.
    Refused(AdvanceVerdict),
}
