//! The connection that writes, held from the beginning of a transaction to its end.

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::query;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteArguments};
use sea_orm::{DatabaseConnection, DbErr, QueryResult, RuntimeErr, SqlxError};

use super::super::error;

/// A connection of which nobody else knows.
///
/// A transaction that is left open, by an error or because the future that ran it is gone, ends with the connection:
/// it is closed then, and the pool makes another one.
pub(super) struct Held {
    connection: PoolConnection<Sqlite>,
    may_be_open: bool,
}

impl Held {
    pub(super) async fn of(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        let connection = pool.get_sqlite_connection_pool().acquire().await.map_err(conn_err)?;
        Ok(Self { connection, may_be_open: false })
    }

    /// Runs statements of which some may begin a transaction; the rows of all of them.
    pub(super) async fn run(
        &mut self,
        statements: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        self.may_be_open = true;
        let rows = statements.fetch_all(&mut *self.connection).await.map_err(query_err)?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// Takes note that the last statement has committed.
    pub(super) fn committed(&mut self) {
        self.may_be_open = false;
    }

    /// Ends an open transaction by rolling it back; without one, there is nothing to do.
    pub(super) async fn roll_back(&mut self) -> Result<(), DbErr> {
        match self.run(query("ROLLBACK")).await {
            Err(error) if !is_no_transaction(&error) => Err(error),
            _ => {
                self.may_be_open = false;
                Ok(())
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.may_be_open {
            self.connection.close_on_drop();
        }
    }
}

/// Whether a COMMIT or ROLLBACK found that its transaction had ended before.
pub(super) fn is_no_transaction(error: &DbErr) -> bool {
    matches!(error::sqlx(error), Some(SqlxError::Database(refusal)) if refusal.message().contains("no transaction is active"))
}

fn conn_err(error: SqlxError) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

fn query_err(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
