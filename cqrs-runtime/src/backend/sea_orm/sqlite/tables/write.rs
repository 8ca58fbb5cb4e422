//! A batch in one call: the fence, its rows, and the commit.

use sea_orm::sqlx::{AssertSqlSafe, query};
use sea_orm::{DatabaseConnection, DbErr, SqlxError};

use super::super::super::{error, tables};
use super::super::held::Held;
use super::super::leases::fence::{Fence, MOVE, placed};
use super::Sqlite;
use crate::store::{AdvanceVerdict, RowBatch, StoreError};

/// The code of a NOT NULL that was violated, and what the message then says of a row without a partition.
const NOT_NULL: &str = "1299";
const NO_PARTITION: [&str; 2] = [".cqrs_partition", "cqrs_changes.partition"];

/// Writes a batch.
pub(super) async fn write(pool: &DatabaseConnection, batch: &RowBatch<'_>) -> Result<AdvanceVerdict, StoreError> {
    if let Some(verdict) = tables::judged_unasked(batch) {
        return Ok(verdict);
    }
    let name = batch.generation.to_string();
    let fence = Fence { name: &name, worker: batch.worker, steps: batch.steps, changes: tables::changes_rows(batch) };
    let writes = tables::writes::<Sqlite>(batch);
    let statements: String = writes.statements.iter().flat_map(|statement| [statement, ";\n"]).collect();
    let placed = writes.placing.map(placed).unwrap_or_default();
    let mut call = fence.bind(query(AssertSqlSafe(format!("BEGIN IMMEDIATE; {placed}\n{MOVE}\n{statements}COMMIT"))));
    for parameter in writes.parameters {
        call = call.bind(parameter);
    }
    let mut connection = Held::of(pool).await?;
    let Err(error) = connection.run(call).await else {
        connection.committed();
        return Ok(AdvanceVerdict::Advanced);
    };
    if is_foreign_row(&error) {
        // A transaction that can't be rolled back ends with its connection.
        let _ = connection.roll_back().await;
        return Err(StoreError::ForeignRow { name });
    }
    let unstorable = error::unstorable(&error);
    let explained = fence.explain(&mut connection, error).await;
    drop(connection);
    match explained {
        Err(missing @ StoreError::Missing(_)) => tables::dropped::<Sqlite>(pool, batch, missing).await,
        Err(StoreError::Refused(source)) if let Some(why) = unstorable => Err(StoreError::Unstorable { why, source }),
        explained => explained,
    }
}

fn is_foreign_row(error: &DbErr) -> bool {
    let Some(SqlxError::Database(refusal)) = error::sqlx(error) else { return false };
    let message = refusal.message();
    refusal.code().as_deref() == Some(NOT_NULL) && NO_PARTITION.iter().any(|column| message.ends_with(column))
}
