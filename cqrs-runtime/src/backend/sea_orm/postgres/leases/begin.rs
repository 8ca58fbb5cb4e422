//! Transactions that others write in, on connections of their own.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use sea_orm::sea_query::Value;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel,
    SqlxError, TransactionOptions, TransactionTrait,
};
use tokio::time::timeout;

use super::super::super::Options;
use super::super::super::error::of_data;
use super::super::super::statement::all;
use super::super::super::transaction::{Open, Orm};
use super::super::pool::{How, conn_err, milliseconds, query_err};
use super::fence::{CALL, Fence};
use crate::store::{Begun, StoreError, Transaction};

/// A connection that has idled for so long is not used again: the server may have been restarted, or gone silent.
const MAY_BE_DEAD_AFTER: Duration = Duration::from_secs(5);

/// Where such transactions come from.
///
/// Not from the connections of the workers: what somebody else does on one, or leaves unfinished there, is none of theirs.
pub(in super::super) struct Transactions {
    options: ConnectOptions,
    how: How,
    connect: Duration,
    commit: Duration,
    /// A pool; given up where it does not answer, for what it waits for may take as long as the operating system does.
    pool: Mutex<Option<DatabaseConnection>>,
}

impl Transactions {
    pub(in super::super) fn new(url: &str, options: &Options, how: How) -> Self {
        let mut connect = ConnectOptions::new(url);
        connect.acquire_timeout(options.connect_timeout).connect_lazy(true).sqlx_logging(false);
        connect
            .test_before_acquire(false)
            .map_sqlx_postgres_before_acquire(|_, known| async move { Ok(known.idle_for < MAY_BE_DEAD_AFTER) }.boxed());
        let (connecting, commit) = (options.connect_timeout, options.commit_timeout);
        Self { options: connect, how, connect: connecting, commit, pool: Mutex::default() }
    }

    /// Begins a transaction behind a fence.
    pub(super) async fn begin(&self, fence: Fence<'_>, idle: Duration) -> Result<Begun, StoreError> {
        if self.how == How::Nameless {
            return Err(StoreError::NoTransactions);
        }
        let transaction = self.transaction().await?;
        // The server ends it when its client leaves it alone for too long: also one whose connection was given up.
        let guarded = format!("SELECT set_config('idle_in_transaction_session_timeout', $9, true), {CALL}");
        let values = fence.values().into_iter().chain([self.idle(idle)]);
        match self.limited(all(&transaction, &guarded, values)).await {
            Ok(_) => Ok(Begun::Transaction(self.open(transaction))),
            Err(error) => {
                // So that nobody finds the partitions locked who asks for them next. One that can't be rolled back ends
                // with its connection.
                let _ = self.limited(transaction.rollback()).await;
                Ok(Begun::Refused(fence.explain(error)?))
            }
        }
    }

    /// Begins a transaction that the server ends when it is left alone for too long, or a statement in it takes too long.
    pub(in super::super) async fn unfenced(&self, lasts: Duration) -> Result<Box<dyn Transaction>, StoreError> {
        if self.how == How::Nameless {
            return Err(StoreError::NoTransactions);
        }
        let transaction = self.transaction().await?;
        let guarded = "SELECT set_config('idle_in_transaction_session_timeout', $1, true),
            set_config('statement_timeout', $2, true), set_config('lock_timeout', $3, true)";
        // Who waits for others is busy, and not at fault.
        let limits =
            [self.idle(lasts), milliseconds(lasts).to_string().into(), milliseconds(lasts / 2).to_string().into()];
        self.limited(all(&transaction, guarded, limits)).await?;
        Ok(self.open(transaction))
    }

    fn idle(&self, idle: Duration) -> Value {
        milliseconds(idle.min(self.commit)).to_string().into()
    }

    fn open(&self, transaction: DatabaseTransaction) -> Box<dyn Transaction> {
        Box::new(Orm(Box::new(Limited { transaction, patience: self.commit })))
    }

    /// Writes the last part of a transaction, whose answer is waited for no longer than that of a commit.
    pub(in super::super) async fn last(
        &self,
        transaction: &DatabaseTransaction,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), DbErr> {
        self.limited(all(transaction, sql, values)).await.map(drop)
    }

    async fn transaction(&self) -> Result<DatabaseTransaction, DbErr> {
        let pool = self.pool().await?;
        let isolation_level = (self.how == How::Said).then_some(IsolationLevel::ReadCommitted);
        let options = TransactionOptions { isolation_level, ..TransactionOptions::default() };
        let begun = timeout(self.connect, pool.begin_with_options(options)).await;
        let begun = begun.unwrap_or_else(|_| Err(conn_err(SqlxError::PoolTimedOut)));
        if begun.is_err() {
            self.forget();
        }
        begun
    }

    async fn pool(&self) -> Result<DatabaseConnection, DbErr> {
        if let Some(pool) = self.lock().clone() {
            return Ok(pool);
        }
        // It connects when it is first asked for a connection.
        let pool = Database::connect(self.options.clone()).await?;
        Ok(self.lock().get_or_insert(pool).clone())
    }

    async fn limited<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let ended = timeout(self.commit, statement).await;
        ended.unwrap_or_else(|late| {
            self.forget();
            Err(query_err(SqlxError::Io(late.into())))
        })
    }

    fn forget(&self) -> Option<DatabaseConnection> {
        self.lock().take()
    }

    /// Ends the connections; a transaction that is under way is waited for as long as a connection would be.
    pub(in super::super) async fn close(&self) {
        if let Some(pool) = self.forget() {
            // What a failing close leaves behind, the server takes away.
            let _ = timeout(self.connect, pool.close_by_ref()).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<DatabaseConnection>> {
        // Nothing panics while it is held.
        self.pool.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A transaction whose commit is waited for no longer than any other.
struct Limited {
    transaction: DatabaseTransaction,
    patience: Duration,
}

#[async_trait]
impl Open for Limited {
    fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { transaction, patience } = *self;
        let committed = timeout(patience, async {
            // The server answers the COMMIT of one in which a statement has failed with a ROLLBACK, and calls it a success.
            transaction.execute_unprepared("SELECT 1").await?;
            transaction.commit().await
        });
        // A constraint may wait until here.
        committed.await.unwrap_or_else(|late| Err(query_err(SqlxError::Io(late.into())))).map_err(of_data)
    }
}
