//! Transactions that others write in, on a connection of their own.

mod signals;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnAcquireErr, ConnectOptions, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use self::signals::Signals;
use self::watched::Watched;
use super::super::super::statement::all;
use super::super::super::transaction::Orm;
use super::super::held::Held;
use super::super::{SqliteBackend, connect};
use super::fence::{Fence, MOVE};
use crate::store::{Begun, StoreError, Transaction};

/// The connection, made when it is first needed: who appends to the log in the midst of such a transaction must not wait
/// for the connection of that very transaction.
#[derive(Default)]
pub(in super::super) struct Transactions {
    pool: OnceCell<DatabaseConnection>,
    signals: Arc<Signals>,
}

impl Transactions {
    async fn connection(&self, backend: &SqliteBackend) -> Result<&DatabaseConnection, StoreError> {
        let signals = Arc::clone(&self.signals);
        let ruled = |connect: &mut ConnectOptions| {
            connect.map_sqlx_sqlite_pool_opts(move |pool| Arc::clone(&signals).rule(pool));
        };
        self.pool.get_or_try_init(|| connect::configured(&backend.url, &backend.options, ruled)).await
    }

    async fn transaction(&self, backend: &SqliteBackend) -> Result<DatabaseTransaction, StoreError> {
        let mode = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        self.connection(backend).await?.begin_with_options(options).await.map_err(|error| match error {
            // Another transaction has it.
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => StoreError::Busy(Box::new(error)),
            other => other.into(),
        })
    }

    /// Ends it; a transaction that is under way is waited for as long as others would wait for the file.
    pub(in super::super) async fn close(&self, patience: Duration) {
        if let Some(connection) = self.pool.get() {
            // What a failing close leaves behind, the end of the process takes away; committed data is on the disk.
            let _ = timeout(patience, connection.close_by_ref()).await;
        }
    }
}

/// Begins a transaction that is rolled back unless it has ended before.
pub(in super::super) async fn unfenced(
    backend: &SqliteBackend,
    lasts: Duration,
) -> Result<Box<dyn Transaction>, StoreError> {
    watched(backend, backend.transactions.transaction(backend).await?, lasts).await
}

async fn watched(
    backend: &SqliteBackend,
    transaction: DatabaseTransaction,
    lasts: Duration,
) -> Result<Box<dyn Transaction>, StoreError> {
    let watched = Watched::begin(transaction, lasts, Arc::clone(&backend.transactions.signals)).await?;
    Ok(Box::new(Orm(Box::new(watched))))
}

/// Begins a transaction behind a fence, that is rolled back unless it has ended before.
pub(super) async fn begin(backend: &SqliteBackend, fence: Fence<'_>, lasts: Duration) -> Result<Begun, StoreError> {
    let transaction = backend.transactions.transaction(backend).await?;
    let Err(error) = all(&transaction, MOVE, fence.values()).await else {
        return Ok(Begun::Transaction(watched(backend, transaction, lasts).await?));
    };
    transaction.rollback().await?;
    let mut connection = Held::of(&*backend.writer.lock().await).await?;
    Ok(Begun::Refused(fence.explain(&mut connection, error).await?))
}
