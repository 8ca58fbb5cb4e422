//! What a projection with a transaction writes, by SeaORM.

use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement, StatementBuilder};

use super::error;
use super::transaction::Orm;
use crate::projection::{NewTables, ProjectionError, ProjectionTransaction};
use crate::store::{Dialect, StoreError};

impl<P> ProjectionTransaction<'_, P> {
    /// The transaction, for SeaORM's statements.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when it has been rolled back because it lasted too long; [`StoreError::NoTables`] when the
    /// store is on another backend.
    pub fn connection(&self) -> Result<&DatabaseTransaction, ProjectionError> {
        Ok(Orm::behind(self.transaction())?.writable()?)
    }

    /// Runs a statement with the values of its parameters, `$1`, `$2`, ..: how many rows it has changed.
    ///
    /// # Errors
    /// When the database refuses it, or can't be reached.
    pub async fn execute(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<u64, ProjectionError> {
        let connection = self.connection()?;
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        let changed = connection.execute_raw(statement).await;
        Ok(changed.map_err(|error| self.error(error))?.rows_affected())
    }

    /// The rows of a query with the values of its parameters, `$1`, `$2`, ..
    ///
    /// # Errors
    /// When the database refuses it, or can't be reached.
    pub async fn query(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<QueryResult>, ProjectionError> {
        let connection = self.connection()?;
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        connection.query_all_raw(statement).await.map_err(|error| self.error(error))
    }

    /// What an error of the [`connection`](Self::connection) means, whatever the database says of what is written when the
    /// transaction has been rolled back.
    #[must_use]
    pub fn error(&self, error: DbErr) -> ProjectionError {
        match Orm::behind(self.transaction()) {
            Ok(open) => open.given_up().map_or_else(|| error.into(), ProjectionError::Database),
            Err(_) => error.into(),
        }
    }
}

impl From<DbErr> for ProjectionError {
    fn from(error: DbErr) -> Self {
        match error::of_data(error) {
            StoreError::Unstorable { why, .. } => Self::Unstorable(why),
            // What is missing is none of the event store's own.
            StoreError::Missing(source) => Self::Database(StoreError::Refused(source)),
            other => Self::Database(other),
        }
    }
}

impl<P> NewTables<P> {
    /// Adds a statement of SeaORM's: a table, an index.
    pub fn statement(&mut self, statement: &impl StatementBuilder) {
        let backend = match self.dialect() {
            Dialect::Sqlite => DbBackend::Sqlite,
            Dialect::Postgres => DbBackend::Postgres,
        };
        self.sql(backend.build(statement).to_string());
    }
}
