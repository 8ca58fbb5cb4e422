//! Connections to a PostgreSQL server.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use tokio::time::timeout;

use super::super::statement::one;
use super::super::{Options, not_an_address};
use super::pool::{Pool, Transactions, conn_err};
use crate::store::StoreError;

/// One connection writes; another takes its turn while the pool tests the first one.
const WRITERS: u32 = 2;

/// A connection that has idled for so long is tested before it is used: the server may have been restarted.
const MAY_BE_DEAD_AFTER: Duration = Duration::from_secs(5);

/// The connections that write, and those that read.
pub(super) async fn connect(url: &str, options: &Options) -> Result<(Pool, Pool), StoreError> {
    let server: PgConnectOptions = url.parse().map_err(|_| not_an_address(url))?;
    // A pool would try until its time is over, and then say no more than that.
    match timeout(options.connect_timeout, server.connect()).await {
        Ok(Ok(connection)) => connection.close().await.map_err(conn_err)?,
        Ok(Err(error)) => return Err(conn_err(error).into()),
        Err(late) => return Err(StoreError::Unreachable(Box::new(late))),
    }
    let writers = pool(url, options, WRITERS).await?;
    let readers = pool(url, options, options.readers.max(1)).await?;
    let writing = transactions(url, &writers).await?;
    let reading = if keeps_no_statements(url) { Transactions::Nameless } else { Transactions::Implied };
    Ok((Pool { connections: writers, transactions: writing }, Pool { connections: readers, transactions: reading }))
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

/// How a statement becomes a READ COMMITTED transaction on connections of which nothing is said.
///
/// The level is no parameter of the connection: a pgbouncer between refuses those that it does not know.
async fn transactions(url: &str, writer: &DatabaseConnection) -> Result<Transactions, DbErr> {
    if keeps_no_statements(url) {
        return Ok(Transactions::Nameless);
    }
    let row = one(writer, "SELECT current_setting('transaction_isolation')", []).await?;
    let level: String = row.map_or_else(|| Ok(String::new()), |row| row.try_get_by_index(0))?;
    Ok(if level == "read committed" { Transactions::Implied } else { Transactions::Said })
}

fn keeps_no_statements(url: &str) -> bool {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    parameters.split('&').any(|parameter| parameter == "statement-cache-capacity=0")
}
