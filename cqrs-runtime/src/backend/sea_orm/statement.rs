//! Running statements, whichever the database.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

/// What statements run on: a connection, a transaction, or what makes a transaction of each.
pub(super) trait Run: Sync {
    /// Runs a statement to its end.
    fn run(&self, sql: &str, values: Vec<Value>) -> impl Future<Output = Result<Vec<QueryResult>, DbErr>> + Send;
}

impl<C: ConnectionTrait> Run for C {
    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        self.query_all_raw(Statement::from_sql_and_values(self.get_database_backend(), sql, values)).await
    }
}

/// Runs a statement to its end: its transaction is over when this returns.
///
/// SeaORM's way of asking for one row returns at the row, while the commit is still to come.
pub(super) async fn all(
    connection: &impl Run,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    connection.run(sql, values.into_iter().collect()).await
}

/// The row of a statement that yields at most one.
pub(super) async fn one(
    connection: &impl Run,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    Ok(all(connection, sql, values).await?.pop())
}

/// The number that a statement yields; 0 where it yields nothing.
pub(super) async fn number(connection: &impl Run, sql: &str) -> Result<i64, DbErr> {
    let row = one(connection, sql, []).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}
