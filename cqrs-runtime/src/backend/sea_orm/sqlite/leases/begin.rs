//! Transactions that others write in, on a connection of their own.

use std::time::Duration;

use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::super::super::statement::all;
use super::super::super::transaction::Orm;
use super::super::held::Held;
use super::super::{SqliteBackend, connect};
use super::fence::{Fence, MOVE};
use crate::store::{Begun, StoreError};

/// The connection, made when it is first needed: who appends to the log in the midst of such a transaction must not wait
/// for the connection of that very transaction.
#[derive(Default)]
pub(in super::super) struct Transactions(OnceCell<DatabaseConnection>);

impl Transactions {
    async fn connection(&self, backend: &SqliteBackend) -> Result<&DatabaseConnection, StoreError> {
        self.0.get_or_try_init(|| connect::another(&backend.url, &backend.options)).await
    }

    /// Ends it; a transaction that is under way is waited for as long as others would wait for the file.
    pub(in super::super) async fn close(&self, patience: Duration) {
        if let Some(connection) = self.0.get() {
            // What a failing close leaves behind, the end of the process takes away; committed data is on the disk.
            let _ = timeout(patience, connection.close_by_ref()).await;
        }
    }
}

/// Begins a transaction behind a fence.
pub(super) async fn begin(backend: &SqliteBackend, fence: Fence<'_>) -> Result<Begun, StoreError> {
    let connection = backend.transactions.connection(backend).await?;
    let mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
    let transaction = connection.begin_with_options(options).await?;
    let Err(error) = all(&transaction, MOVE, fence.values()).await else {
        return Ok(Begun::Transaction(Box::new(Orm(transaction))));
    };
    transaction.rollback().await?;
    let mut connection = Held::of(&*backend.writer.lock().await).await?;
    Ok(Begun::Refused(fence.explain(&mut connection, error).await?))
}
