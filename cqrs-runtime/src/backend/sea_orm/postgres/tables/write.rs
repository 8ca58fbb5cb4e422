//! A batch as one statement, which is one transaction: the fence, and all that is written behind it.

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{DbErr, SqlxError, Value};

use super::super::super::statement::all;
use super::super::super::transaction::Orm;
use super::super::super::{error, tables};
use super::super::PostgresBackend;
use super::super::leases::fence::{CALL, Fence, placed};
use super::super::pool::Pool;
use super::Postgres;
use crate::store::{AdvanceVerdict, RowBatch, StoreError, Transaction};

/// The code of a NOT NULL that was violated.
const NOT_NULL: &str = "23502";

/// Writes a batch.
///
/// All parts of a statement see the database as it was before the fence waited for its locks. That is recent enough: who
/// holds a lease has seen the checkpoint which its last owner has left, and nobody else writes rows of its partition; and
/// rows that conflict are found whether they were seen or not.
pub(super) async fn write(pool: &Pool, batch: &RowBatch<'_>) -> Result<AdvanceVerdict, StoreError> {
    if let Some(verdict) = tables::judged_unasked(batch) {
        return Ok(verdict);
    }
    let name = batch.generation.to_string();
    let fence = fence(batch, &name);
    let (sql, values) = statement(batch, fence);
    match all(pool, &sql, values).await {
        Ok(_) => Ok(AdvanceVerdict::Advanced),
        Err(error) if is_foreign_row(&error) => Err(StoreError::ForeignRow { name }),
        Err(error) => {
            let unstorable = error::unstorable(&error);
            match fence.explain(error) {
                Err(missing @ StoreError::Missing(_)) => tables::dropped::<Postgres>(pool, batch, missing).await,
                Err(StoreError::Refused(source)) if let Some(why) = unstorable => {
                    Err(StoreError::Unstorable { why, source })
                }
                explained => explained,
            }
        }
    }
}

/// Writes a batch as the last statement of a transaction, and commits it.
pub(super) async fn write_in(
    backend: &PostgresBackend,
    transaction: Box<dyn Transaction>,
    batch: &RowBatch<'_>,
) -> Result<AdvanceVerdict, StoreError> {
    if let Some(verdict) = tables::judged_unasked(batch) {
        return Ok(verdict);
    }
    let name = batch.generation.to_string();
    let fence = fence(batch, &name);
    let (sql, values) = statement(batch, fence);
    let open = Orm::behind(&*transaction)?;
    match backend.transactions.last(open.writable()?, &sql, values).await {
        Ok(()) => {
            transaction.commit().await?;
            Ok(AdvanceVerdict::Advanced)
        }
        Err(error) => fence.explain(error),
    }
}

fn fence<'b>(batch: &'b RowBatch<'_>, name: &'b str) -> Fence<'b> {
    Fence { name, worker: batch.worker, steps: batch.steps, changes: tables::changes_rows(batch) }
}

/// The fence and all that is written behind it, and its values.
fn statement(batch: &RowBatch<'_>, fence: Fence<'_>) -> (String, Vec<Value>) {
    let writes = tables::writes::<Postgres>(batch);
    let parts = writes.statements.iter().enumerate().map(|(number, part)| format!(", write_{number} AS ({part})\n"));
    let call = writes.placing.map_or_else(|| CALL.to_owned(), placed);
    let sql = format!(
        "WITH fence AS MATERIALIZED (SELECT {call} AS changes)\n{}SELECT count(*) FROM fence",
        parts.collect::<String>()
    );
    (sql, fence.values().into_iter().chain(writes.parameters.into_iter().map(Into::into)).collect())
}

fn is_foreign_row(error: &DbErr) -> bool {
    let Some(SqlxError::Database(refusal)) = error::sqlx(error) else { return false };
    let Some(refusal) = refusal.try_downcast_ref::<PgDatabaseError>() else { return false };
    refusal.code() == NOT_NULL
        && matches!(
            (refusal.column(), refusal.table()),
            (Some("cqrs_partition"), _) | (Some("partition"), Some("cqrs_changes"))
        )
}
