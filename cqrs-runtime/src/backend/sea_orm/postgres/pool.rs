//! Connections, and how a statement is run on one of them.

use sea_orm::sea_query::Values;
use sea_orm::sqlx::{AssertSqlSafe, query_with};
use sea_orm::{DatabaseConnection, DbErr, IsolationLevel, QueryResult, RuntimeErr, SqlxError, TransactionTrait, Value};
use sea_query_sqlx::SqlxValues;

use super::super::statement::{Run, all};

/// How a statement becomes a READ COMMITTED transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transactions {
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

/// A few connections.
pub(super) struct Pool {
    pub(super) connections: DatabaseConnection,
    pub(super) transactions: Transactions,
}

impl Run for Pool {
    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        match self.transactions {
            Transactions::Implied => all(&self.connections, sql, values).await,
            Transactions::Said => {
                let level = Some(IsolationLevel::ReadCommitted);
                let transaction = self.connections.begin_with_config(level, None).await?;
                let rows = all(&transaction, sql, values).await?;
                transaction.commit().await?;
                Ok(rows)
            }
            Transactions::Nameless => self.run_nameless(sql, values).await,
        }
    }
}

impl Pool {
    async fn run_nameless(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        let pool = self.connections.get_postgres_connection_pool();
        // What fails before the transaction has begun was not sent.
        let mut transaction = pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await.map_err(conn_err)?;
        let query = query_with(AssertSqlSafe(sql), SqlxValues(Values(values))).persistent(false);
        let rows = query.fetch_all(&mut *transaction).await.map_err(query_err)?;
        transaction.commit().await.map_err(query_err)?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }
}

/// An error of the library below, before anything was sent.
pub(super) fn conn_err(error: SqlxError) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

/// An error of the library below.
pub(super) fn query_err(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
