//! Transactions that move checkpoints, as SeaORM's.

use std::any::Any;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use crate::store::{StoreError, Transaction};
use crate::subscription::Handling;

/// What a database does for a transaction in which others write.
#[async_trait]
pub(super) trait Open: Send + Sync + 'static {
    /// The transaction to write in.
    fn transaction(&self) -> &DatabaseTransaction;

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
    /// [`StoreError::NoTables`] when the store is on another backend.
    pub fn connection(&self) -> Result<&DatabaseTransaction, StoreError> {
        let orm = self.transaction().as_any().downcast_ref::<Orm>();
        orm.map(|Orm(open)| open.transaction()).ok_or(StoreError::NoTables)
    }
}
