//! Connections, and how a statement is run on one of them.

mod lease;

use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use sea_orm::sea_query::Values;
use sea_orm::sqlx::{AssertSqlSafe, PgConnection, query_with, raw_sql};
use sea_orm::{DatabaseConnection, DbErr, QueryResult, RuntimeErr, SqlxError, Value};
use sea_query_sqlx::SqlxValues;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::lease::{Idle, Lease};
use super::super::statement::Run;

/// How a statement becomes a READ COMMITTED transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// By the server's default.
    Implied,
    /// The level is said, at the price of two more round trips: the server's default is another one.
    Said,
    /// As `Said`, and no statement gets a name.
    ///
    /// Behind a pgbouncer that keeps no prepared statements, a name that one connection of the server knows is unknown
    /// on the next one, or another client's. Even between the parsing of a nameless statement and its execution, the
    /// connection may change; within a transaction it never does.
    Nameless,
}

/// How long is waited for a server that may have gone silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For a connection to be made, or to become free.
    pub(super) connect: Duration,
    /// For a statement to end, its commit included.
    pub(super) statement: Duration,
}

/// A few connections, each used by one statement at a time.
///
/// Only one on which the last statement has ended well is used again. The library's pool would ask a connection that was
/// given up for a sign of life, and wait for it as long as the operating system does.
pub(super) struct Pool {
    /// Where new ones come from.
    server: DatabaseConnection,
    idle: Mutex<Vec<Idle>>,
    permits: Semaphore,
    size: u32,
    how: How,
    limits: Limits,
    /// The server ends a transaction that its client leaves alone for so long, and so takes back the lock of the log.
    begin: String,
}

impl Run for Pool {
    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        let mut lease = self.lease().await?;
        let rows = self.limited(self.run_on(&mut lease, sql, values)).await;
        self.take_back(lease, rows)
    }
}

impl Pool {
    pub(super) fn new(server: DatabaseConnection, size: u32, how: How, limits: Limits) -> Self {
        let milliseconds = milliseconds(limits.statement);
        Self {
            server,
            idle: Mutex::default(),
            permits: Semaphore::new(size as usize),
            size,
            how,
            limits,
            begin: format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"
            ),
        }
    }

    /// The same connections, that run statements in another way.
    pub(super) fn with(self, how: How) -> Self {
        Self { how, ..self }
    }

    /// Waits for a statement, but no longer than one may take; the connection of one that is late is to be given up.
    pub(super) async fn limited<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let ended = timeout(self.limits.statement, statement).await;
        ended.unwrap_or_else(|late| Err(query_err(SqlxError::Io(late.into()))))
    }

    /// How long a lock may be waited for, in milliseconds, so that the server says that it is taken before the statement
    /// is late.
    pub(super) fn lock_timeout(&self) -> u128 {
        milliseconds(self.limits.statement / 2)
    }

    /// Runs SQL without parameters in one message: the server makes a transaction of it, and prepares nothing.
    pub(super) async fn send(&self, sql: &str) -> Result<(), DbErr> {
        let mut lease = self.lease().await?;
        let sent = raw_sql(AssertSqlSafe(sql)).execute(lease.connection());
        let sent = self.limited(sent.map(|sent| sent.map(drop).map_err(query_err))).await;
        self.take_back(lease, sent)
    }

    fn take_back<T>(&self, lease: Lease<'_>, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        match &outcome {
            Ok(_) => lease.keep(),
            Err(DbErr::Query(RuntimeErr::SqlxError(error))) if refuses_the_statement(error) => {}
            // Whatever happened to this one may have happened to the others.
            Err(_) => self.forget_idle(),
        }
        outcome
    }

    async fn run_on(&self, lease: &mut Lease<'_>, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        if self.how == How::Implied {
            return fetch(lease.connection(), sql, values, true).await;
        }
        let mut transaction = lease.begin().await?;
        let rows = fetch(&mut transaction, sql, values, self.how == How::Said).await?;
        transaction.commit().await.map_err(query_err)?;
        Ok(rows)
    }
}

async fn fetch(
    connection: &mut PgConnection,
    sql: &str,
    values: Vec<Value>,
    named: bool,
) -> Result<Vec<QueryResult>, DbErr> {
    let query = query_with(AssertSqlSafe(sql), SqlxValues(Values(values))).persistent(named);
    let rows = query.fetch_all(connection).await.map_err(query_err)?;
    Ok(rows.into_iter().map(QueryResult::from).collect())
}

/// Whether no more than one statement has failed: the server goes on to serve the connection.
fn refuses_the_statement(error: &SqlxError) -> bool {
    let SqlxError::Database(refusal) = error else { return false };
    let code = refusal.code().unwrap_or_default();
    // One that shuts down says so to each connection.
    !code.starts_with("57P") && !code.starts_with("08")
}

/// A time as the server's settings take it; 0 would be without end.
pub(super) fn milliseconds(time: Duration) -> u128 {
    time.as_millis().clamp(1, i32::MAX as u128)
}

/// An error of the library below, before anything was sent.
pub(super) fn conn_err(error: SqlxError) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// An error of the library below.
pub(super) fn query_err(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
