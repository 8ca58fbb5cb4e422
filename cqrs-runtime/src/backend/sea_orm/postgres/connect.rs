//! Connections to a PostgreSQL server.

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use tokio::time::timeout;

use super::super::statement::one;
use super::super::{Options, not_an_address, problem_of};
use super::leases::begin::Transactions;
use super::listen::Listening;
use super::pool::{How, Limits, Pool, conn_err};
use crate::store::StoreError;

/// One connection appends.
const WRITERS: u32 = 1;

/// So many write what belongs to projections: a session is prolonged while a batch is being written.
const WORKERS: u32 = 2;

/// The connections of a process, by what they do.
pub(super) struct Connections {
    pub(super) writer: Pool,
    pub(super) readers: Pool,
    pub(super) workers: Pool,
    pub(super) transactions: Transactions,
    pub(super) listening: Listening,
}

/// Connects to the server at `url`.
pub(super) async fn connect(url: &str, options: &Options) -> Result<Connections, StoreError> {
    let server: PgConnectOptions = url.parse().map_err(|_| {
        let wrong = |parameter: &str| format!("postgres://host?{parameter}").parse::<PgConnectOptions>().is_err();
        not_an_address(url, problem_of(url, wrong))
    })?;
    // A pool would try until its time is over, and then say no more than that.
    match timeout(options.connect_timeout, server.connect()).await {
        Ok(Ok(connection)) => connection.close().await.map_err(conn_err)?,
        Ok(Err(error)) => return Err(conn_err(error).into()),
        Err(late) => return Err(StoreError::Unreachable(Box::new(late))),
    }
    let limits = |statement| Limits { connect: options.connect_timeout, statement };
    let how = if keeps_no_statements(url) { How::Nameless } else { How::Implied };
    let writer = Pool::new(source(url, options).await?, WRITERS, how, limits(options.commit_timeout));
    let workers = Pool::new(source(url, options).await?, WORKERS, how, limits(options.commit_timeout));
    let readers = Pool::new(source(url, options).await?, options.readers.max(1), how, limits(options.read_timeout));
    let commits = if how == How::Implied { implied(&writer).await? } else { how };
    let listening = Listening::new(server, how != How::Nameless, options.connect_timeout);
    let transactions = Transactions::new(url, options, commits);
    Ok(Connections { writer: writer.with(commits), readers, workers: workers.with(commits), transactions, listening })
}

/// What makes connections, and keeps none.
async fn source(url: &str, options: &Options) -> Result<DatabaseConnection, DbErr> {
    let mut connect = ConnectOptions::new(url);
    connect.acquire_timeout(options.connect_timeout).connect_lazy(true).sqlx_logging(false);
    Database::connect(connect).await
}

/// How a statement becomes a READ COMMITTED transaction on connections of which nothing is said.
///
/// The level is no parameter of the connection: a pgbouncer between refuses those that it does not know.
async fn implied(writer: &Pool) -> Result<How, DbErr> {
    let row = one(writer, "SELECT current_setting('transaction_isolation')", []).await?;
    let level: String = row.map_or_else(|| Ok(String::new()), |row| row.try_get_by_index(0))?;
    Ok(if level == "read committed" { How::Implied } else { How::Said })
}

fn keeps_no_statements(url: &str) -> bool {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    parameters.split('&').any(|parameter| parameter == "statement-cache-capacity=0")
}
