//! Having a connection for a while.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Transaction};
use sea_orm::{DbErr, SqlxError};
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout};

use super::{Pool, conn_err};

/// A connection that has idled for so long is tested before it is used: the server may have been restarted.
const MAY_BE_DEAD_AFTER: Duration = Duration::from_secs(5);

/// A connection that nobody uses.
pub(super) struct Idle {
    connection: PgConnection,
    since: Instant,
}

/// A connection that one statement uses; dropped in the midst of it, it is ended.
pub(in super::super) struct Lease<'p> {
    pool: &'p Pool,
    connection: PgConnection,
    _permit: SemaphorePermit<'p>,
}

impl Lease<'_> {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Begins a READ COMMITTED transaction, whatever the server's default.
    pub(in super::super) async fn begin(&mut self) -> Result<Transaction<'_, Postgres>, DbErr> {
        // What fails before it has begun was not sent.
        self.connection.begin_with(AssertSqlSafe(self.pool.begin.as_str())).await.map_err(conn_err)
    }

    /// Gives the connection back for another statement, this one having ended well.
    pub(in super::super) fn keep(self) {
        let mut idle = self.pool.idle();
        // Asked under the lock: what closes the pool takes the idle ones after that.
        if !self.pool.permits.is_closed() {
            idle.push(Idle { connection: self.connection, since: Instant::now() });
        }
    }
}

impl Pool {
    /// A connection to oneself.
    pub(in super::super) async fn lease(&self) -> Result<Lease<'_>, DbErr> {
        let lease = timeout(self.limits.connect, self.wait_for_lease()).await;
        lease.unwrap_or_else(|_| Err(conn_err(SqlxError::PoolTimedOut)))
    }

    async fn wait_for_lease(&self) -> Result<Lease<'_>, DbErr> {
        let permit = self.permits.acquire().await.map_err(|_| conn_err(SqlxError::PoolClosed))?;
        let connection = match self.idle_one().await {
            Some(connection) => connection,
            None => self.server.get_postgres_connection_pool().acquire().await.map_err(conn_err)?.detach(),
        };
        Ok(Lease { pool: self, connection, _permit: permit })
    }

    async fn idle_one(&self) -> Option<PgConnection> {
        let Idle { mut connection, since } = self.idle().pop()?;
        // Should it be dead, there must be time left to make another one.
        if since.elapsed() < MAY_BE_DEAD_AFTER
            || matches!(timeout(self.limits.connect / 2, connection.ping()).await, Ok(Ok(())))
        {
            return Some(connection);
        }
        self.forget_idle();
        None
    }

    pub(super) fn forget_idle(&self) {
        self.idle().clear();
    }

    /// Takes no more statements and ends the connections; those under way are completed before, unless they take longer
    /// than a connection may take to become free.
    pub(in super::super) async fn close(&self) {
        // Who waits for a permit behind this finds the pool closed.
        let all = timeout(self.limits.connect, self.permits.acquire_many(self.size)).await;
        self.permits.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        let closing = async {
            join_all(idle.into_iter().map(|idle| idle.connection.close())).await;
            self.server.close_by_ref().await
        };
        // What a failing close leaves behind, the server takes away.
        let _ = timeout(self.limits.connect, closing).await;
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        // Nothing panics while it is held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
