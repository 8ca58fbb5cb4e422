//! Running statements, whichever the database.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

/// Runs a statement to its end: its transaction is over when this returns.
///
/// SeaORM's way of asking for one row returns at the row, while the commit is still to come.
pub(super) async fn all(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let database = connection.get_database_backend();
    connection.query_all_raw(Statement::from_sql_and_values(database, sql, values)).await
}

/// The row of a statement that yields at most one.
pub(super) async fn one(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    Ok(all(connection, sql, values).await?.pop())
}

/// The number that a statement yields; 0 where it yields nothing.
pub(super) async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let row = one(connection, sql, []).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}
