//! A batch as one call of a function, which is one transaction.

mod arguments;
mod verdicts;

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{DbErr, SqlxError};
use uuid::Uuid;

use self::arguments::Arguments;
use super::super::error;
use super::super::statement::all;
use super::pool::Pool;
use crate::store::{Append, CommitError, StoreError, Verdict};

/// How often a batch is sent that the database refuses because of another transaction.
const TRIES: u32 = 4;

/// The function refuses to go on behind an event; its position is the detail.
const IMPOSSIBLE_TIME: &str = "CQ004";

const SETTLE: &str = "SELECT cqrs_settle($1)";

/// Judges and writes `batch`.
pub(super) async fn commit(pool: &Pool, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let arguments = Arguments::of(batch);
    let mut tries = 1;
    let rows = loop {
        match all(pool, arguments::APPEND, arguments.values(attempt)).await {
            Err(error) if tries < TRIES && is_collision(&error) => tries += 1,
            Err(error) if is_refusal(&error) => return Err(CommitError::Refused(refusal(error))),
            Err(error) => return Err(CommitError::Unknown(error.into())),
            Ok(rows) => break rows,
        }
    };
    // All is committed: what fails from here on leaves open what each verdict was.
    verdicts::of(pool, batch, &rows).await.map_err(CommitError::Unknown)
}

/// Makes sure that `attempt` has ended: this waits for the lock that it holds, and fences what has not come so far.
pub(super) async fn settle(pool: &Pool, attempt: Uuid) -> Result<(), StoreError> {
    all(pool, SETTLE, [attempt.into()]).await?;
    Ok(())
}

/// Whether another transaction was in the way, so that nothing was written and a fresh one may do it.
fn is_collision(error: &DbErr) -> bool {
    let Some(SqlxError::Database(refusal)) = error::sqlx(error) else { return false };
    match refusal.code().as_deref() {
        Some("23505") => error::is_of_this_crate(&**refusal),
        code => matches!(code, Some("40001" | "40P01")),
    }
}

/// Whether nothing was written for sure.
///
/// The server has said so, or was never asked. A server that shuts down may do so between the commit and its answer.
fn is_refusal(error: &DbErr) -> bool {
    match (error, sqlstate(error)) {
        (DbErr::ConnectionAcquire(_) | DbErr::Conn(_), _) => true,
        (_, Some(code)) => !code.starts_with("57P") && !code.starts_with("08"),
        _ => false,
    }
}

/// What the server has said, or the function that judges.
fn refusal(error: DbErr) -> StoreError {
    let detail = match error::sqlx(&error) {
        Some(SqlxError::Database(refusal)) if refusal.code().as_deref() == Some(IMPOSSIBLE_TIME) => {
            refusal.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::detail)
        }
        _ => None,
    };
    match detail.and_then(|position| position.parse().ok()) {
        Some(position) => StoreError::CorruptEvent { position, event: None, column: "recorded_at" },
        None => error.into(),
    }
}

fn sqlstate(error: &DbErr) -> Option<String> {
    match error::sqlx(error) {
        Some(SqlxError::Database(refusal)) => refusal.code().map(String::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};
    use std::sync::Arc;

    use sea_orm::{ConnAcquireErr, RuntimeErr};

    use super::*;

    fn reset() -> RuntimeErr {
        RuntimeErr::SqlxError(Arc::new(SqlxError::Io(Error::from(ErrorKind::ConnectionReset))))
    }

    #[test]
    fn a_connection_that_breaks_leaves_the_outcome_open() {
        assert!(!is_refusal(&DbErr::Query(reset())));
        assert!(!is_refusal(&DbErr::Exec(reset())));
    }

    #[test]
    fn what_was_never_sent_was_not_written() {
        assert!(is_refusal(&DbErr::Conn(reset())));
        assert!(is_refusal(&DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
    }
}
