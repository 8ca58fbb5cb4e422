//! Transactions that others write in, on a connection of their own.

mod watched;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use self::watched::Watched;
use super::super::super::statement::all;
use super::super::super::transaction::Orm;
use super::super::held::Held;
use super::super::{SqliteBackend, connect};
use super::fence::{Fence, MOVE};
use crate::store::{Begun, StoreError};

/// The connection, made when it is first needed: who appends to the log in the midst of such a transaction must not wait
/// for the connection of that very transaction.
#[derive(Default)]
pub(in super::super) struct Transactions {
    pool: OnceCell<DatabaseConnection>,
    /// Whether the connection is not to be used again.
    spoilt: Arc<AtomicBool>,
}

impl Transactions {
    async fn connection(&self, backend: &SqliteBackend) -> Result<&DatabaseConnection, StoreError> {
        let is_fine = || {
            let spoilt = Arc::clone(&self.spoilt);
            move || !spoilt.swap(false, Ordering::AcqRel)
        };
        self.pool.get_or_try_init(|| connect::ended_unless(&backend.url, &backend.options, is_fine())).await
    }

    /// Ends it; a transaction that is under way is waited for as long as others would wait for the file.
    pub(in super::super) async fn close(&self, patience: Duration) {
        if let Some(connection) = self.pool.get() {
            // What a failing close leaves behind, the end of the process takes away; committed data is on the disk.
            let _ = timeout(patience, connection.close_by_ref()).await;
        }
    }
}

/// Begins a transaction behind a fence, that is rolled back unless it has ended before.
pub(super) async fn begin(backend: &SqliteBackend, fence: Fence<'_>, lasts: Duration) -> Result<Begun, StoreError> {
    let transactions = &backend.transactions;
    let connection = transactions.connection(backend).await?;
    let mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
    let transaction = connection.begin_with_options(options).await?;
    let Err(error) = all(&transaction, MOVE, fence.values()).await else {
        let watched = Watched::begin(transaction, lasts, Arc::clone(&transactions.spoilt)).await?;
        return Ok(Begun::Transaction(Box::new(Orm(Box::new(watched)))));
    };
    transaction.rollback().await?;
    let mut connection = Held::of(&*backend.writer.lock().await).await?;
    Ok(Begun::Refused(fence.explain(&mut connection, error).await?))
}
