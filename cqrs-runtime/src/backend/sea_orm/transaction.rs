//! Transactions that move checkpoints, as SeaORM's.

use std::any::Any;

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use crate::store::{StoreError, Transaction};
use crate::subscription::Handling;

/// A transaction of SeaORM.
pub(super) struct Orm(pub(super) DatabaseTransaction);

#[async_trait]
impl Transaction for Orm {
    fn as_any(&self) -> &dyn Any {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

impl Handling<'_> {
    /// The transaction, for SeaORM's entities and for SQL.
    ///
    /// # Errors
    /// [`StoreError::NoTables`] when the store is on another backend.
    pub fn connection(&self) -> Result<&DatabaseTransaction, StoreError> {
        let orm = self.transaction().as_any().downcast_ref::<Orm>();
        orm.map(|Orm(transaction)| transaction).ok_or(StoreError::NoTables)
    }
}
