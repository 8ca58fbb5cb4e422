//! Transactions that move checkpoints, as SeaORM's.

use std::any::Any;

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::store::{StoreError, Transaction};
use crate::subscription::Handling;

/// What a database does for a transaction in which others write.
#[async_trait]
pub(super) trait Open: Send + Sync + 'static {
    /// The transaction to write in.
    fn transaction(&self) -> &DatabaseTransaction;

    /// Why nothing can be written in it any more, if it has been given up.
    fn given_up(&self) -> Option<StoreError> {
        None
    }

    /// Commits it.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// A transaction of SeaORM.
pub(super) struct Orm(pub(super) Box<dyn Open>);

#[async_trait]
impl Transaction for Orm {
    fn as_any(&self) -> &dyn Any {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await
    }
}

impl Handling<'_> {
    /// The transaction, for SeaORM's entities and for SQL.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when it has been rolled back because it lasted too long; [`StoreError::NoTables`] when the
    /// store is on another backend.
    pub fn connection(&self) -> Result<&DatabaseTransaction, StoreError> {
        let open = self.open().ok_or(StoreError::NoTables)?;
        open.given_up().map_or_else(|| Ok(open.transaction()), Err)
    }

    /// What an error of the [`connection`](Self::connection) means: [`StoreError::OverLimit`] where the transaction has been
    /// rolled back because it lasted too long, whatever the database says of what is written behind that.
    #[must_use]
    pub fn error(&self, error: DbErr) -> StoreError {
        self.open().and_then(Open::given_up).unwrap_or_else(|| error.into())
    }

    fn open(&self) -> Option<&dyn Open> {
        self.transaction().as_any().downcast_ref::<Orm>().map(|Orm(open)| &**open)
    }
}
