//! Transactions in which others write what is to be committed with a checkpoint.

use std::any::Any;

use async_trait::async_trait;

use super::{AdvanceVerdict, StoreError};

/// A transaction that moves checkpoints; they stand there once it commits, together with all that was written in it.
///
/// Dropped, it is rolled back.
#[async_trait]
pub trait Transaction: Send + Sync {
    /// What it is, for who knows the database.
    fn as_any(&self) -> &dyn Any;

    /// Marks a place to which what is written from now on can be taken back.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn mark(&self) -> Result<(), StoreError>;

    /// Forgets the mark, and keeps what was written behind it.
    ///
    /// # Errors
    /// When the database can't be written, or has refused what was written behind the mark.
    async fn keep(&self) -> Result<(), StoreError>;

    /// Takes back what was written behind the mark, and forgets it.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn take_back(&self) -> Result<(), StoreError>;

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
