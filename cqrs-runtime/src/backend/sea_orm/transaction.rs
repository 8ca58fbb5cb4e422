//! Transactions that move checkpoints, as SeaORM's.

use std::any::Any;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

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

impl dyn Open {
    /// The transaction, unless it has been given up.
    pub(super) fn writable(&self) -> Result<&DatabaseTransaction, StoreError> {
        self.given_up().map_or_else(|| Ok(self.transaction()), Err)
    }

    /// What an error of the transaction means: that it was given up, whatever the database says of what is written then.
    pub(super) fn error(&self, error: DbErr) -> StoreError {
        self.given_up().unwrap_or_else(|| error.into())
    }
}

/// A transaction of SeaORM.
pub(super) struct Orm(pub(super) Box<dyn Open>);

#[async_trait]
impl Transaction for Orm {
    fn as_any(&self) -> &dyn Any {
        self
    }

    async fn mark(&self) -> Result<(), StoreError> {
        self.run("SAVEPOINT cqrs_mark").await
    }

    async fn keep(&self) -> Result<(), StoreError> {
        self.run("RELEASE SAVEPOINT cqrs_mark").await
    }

    async fn take_back(&self) -> Result<(), StoreError> {
        self.run("ROLLBACK TO SAVEPOINT cqrs_mark; RELEASE SAVEPOINT cqrs_mark").await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await
    }
}

impl Orm {
    /// The one behind a transaction that a backend of SeaORM has begun.
    pub(super) fn behind(transaction: &dyn Transaction) -> Result<&dyn Open, StoreError> {
        transaction.as_any().downcast_ref::<Self>().map(|Self(open)| &**open).ok_or(StoreError::NoTables)
    }

    async fn run(&self, statement: &str) -> Result<(), StoreError> {
        let run = self.0.writable()?.execute_unprepared(statement).await;
        run.map(drop).map_err(|error| self.0.error(error))
    }
}

impl Handling<'_> {
    /// The transaction, for SeaORM's entities and for SQL.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when it has been rolled back because it lasted too long; [`StoreError::NoTables`] when the
    /// store is on another backend.
    pub fn connection(&self) -> Result<&DatabaseTransaction, StoreError> {
        Orm::behind(self.transaction())?.writable()
    }

    /// What an error of the [`connection`](Self::connection) means: [`StoreError::OverLimit`] where the transaction has been
    /// rolled back because it lasted too long, whatever the database says of what is written behind that.
    #[must_use]
    pub fn error(&self, error: DbErr) -> StoreError {
        match Orm::behind(self.transaction()) {
            Ok(open) => open.error(error),
            Err(_) => error.into(),
        }
    }
}
