//! Connections to a PostgreSQL server.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};
use tokio::time::timeout;

use super::super::statement::one;
use super::super::{Options, not_an_address};
use crate::store::StoreError;

/// One connection writes; another takes its turn while the pool tests the first one.
const WRITERS: u32 = 2;

/// A connection that has idled for so long is tested before it is used: the server may have been restarted.
const MAY_BE_DEAD_AFTER: Duration = Duration::from_secs(5);

/// How a transaction becomes READ COMMITTED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// By the server's default.
    Default,
    /// It must be said, at the price of two more round trips.
    Said,
}

/// The connections that write, and those that read.
pub(super) async fn connect(
    url: &str,
    options: &Options,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let server: PgConnectOptions = url.parse().map_err(|_| not_an_address(url))?;
    // A pool would try until its time is over, and then say no more than that.
    match timeout(options.connect_timeout, server.connect()).await {
        Ok(Ok(connection)) => connection.close().await.map_err(conn_err)?,
        Ok(Err(error)) => return Err(conn_err(error).into()),
        Err(late) => return Err(StoreError::Unreachable(Box::new(late))),
    }
    Ok((pool(url, options, WRITERS).await?, pool(url, options, options.readers.max(1)).await?))
}

fn conn_err(error: sea_orm::SqlxError) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

async fn pool(url: &str, options: &Options, size: u32) -> Result<DatabaseConnection, DbErr> {
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(size)
        .acquire_timeout(options.connect_timeout)
        .test_before_acquire_if_idle_for(MAY_BE_DEAD_AFTER)
        .connect_lazy(true)
        .sqlx_logging(false);
    Database::connect(connect).await
}

/// Asks which isolation level a transaction has of which nothing is said.
///
/// Not a parameter of the connection: a pgbouncer between refuses those that it does not know.
pub(super) async fn isolation(connection: &DatabaseConnection) -> Result<Isolation, DbErr> {
    let row = one(connection, "SELECT current_setting('transaction_isolation')", []).await?;
    let level: String = row.map_or_else(|| Ok(String::new()), |row| row.try_get_by_index(0))?;
    Ok(if level == "read committed" { Isolation::Default } else { Isolation::Said })
}
