//! A batch in one call: the fence, its rows, and the commit; or the fence and its rows at the end of a transaction.

use sea_orm::sqlx::{AssertSqlSafe, query};
use sea_orm::{DatabaseConnection, DbErr, SqlxError};

use super::super::super::statement::all;
use super::super::super::transaction::Orm;
use super::super::super::{error, tables};
use super::super::SqliteBackend;
use super::super::held::Held;
use super::super::leases::fence::{Fence, MOVE, placed};
use super::Sqlite;
use crate::store::{AdvanceVerdict, RowBatch, StoreError, Transaction};

/// The code of a NOT NULL that was violated, and what the message then says of a row without a partition.
const NOT_NULL: &str = "1299";
const NO_PARTITION: [&str; 2] = [".cqrs_partition", "cqrs_changes.partition"];

/// Writes a batch.
pub(super) async fn write(pool: &DatabaseConnection, batch: &RowBatch<'_>) -> Result<AdvanceVerdict, StoreError> {
    if let Some(verdict) = tables::judged_unasked(batch) {
        return Ok(verdict);
    }
    let name = batch.generation.to_string();
    let fence = fence(batch, &name);
    let (statements, parameters) = statements(batch);
    let mut call = fence.bind(query(AssertSqlSafe(format!("BEGIN IMMEDIATE; {statements}COMMIT"))));
    for parameter in parameters {
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

/// Writes a batch at the end of a transaction, and commits it.
pub(super) async fn write_in(
    backend: &SqliteBackend,
    transaction: Box<dyn Transaction>,
    batch: &RowBatch<'_>,
) -> Result<AdvanceVerdict, StoreError> {
    if let Some(verdict) = tables::judged_unasked(batch) {
        return Ok(verdict);
    }
    let name = batch.generation.to_string();
    let fence = fence(batch, &name);
    let (statements, parameters) = statements(batch);
    let values = fence.values().into_iter().chain(parameters.into_iter().map(Into::into));
    let open = Orm::behind(&*transaction)?;
    let Err(error) = all(open.writable()?, &statements, values).await else {
        transaction.commit().await?;
        return Ok(AdvanceVerdict::Advanced);
    };
    if let Some(given_up) = open.given_up() {
        return Err(given_up);
    }
    // Who asks why it was refused asks behind it.
    drop(transaction);
    let mut connection = Held::of(&*backend.writer.lock().await).await?;
    fence.explain(&mut connection, error).await
}

fn fence<'b>(batch: &'b RowBatch<'_>, name: &'b str) -> Fence<'b> {
    Fence { name, worker: batch.worker, steps: batch.steps, changes: tables::changes_rows(batch) }
}

/// What stands between the beginning of a transaction and its end, and the parameters behind the fence's.
fn statements(batch: &RowBatch<'_>) -> (String, Vec<String>) {
    let writes = tables::writes::<Sqlite>(batch);
    let statements: String = writes.statements.iter().flat_map(|statement| [statement, ";\n"]).collect();
    let placed = writes.placing.map(placed).unwrap_or_default();
    (format!("{placed}\n{MOVE}\n{statements}"), writes.parameters)
}

fn is_foreign_row(error: &DbErr) -> bool {
    let Some(SqlxError::Database(refusal)) = error::sqlx(error) else { return false };
    let message = refusal.message();
    refusal.code().as_deref() == Some(NOT_NULL) && NO_PARTITION.iter().any(|column| message.ends_with(column))
}
