//! A batch in one transaction of two calls: one to lock and look, one to write and commit.

mod facts;
mod write;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use self::write::Writing;
use super::super::error;
use super::super::statement::all;
use crate::store::judge::Judgement;
use crate::store::{Append, CommitError, StoreError, Verdict};

/// Changes a page that holds nothing of worth: so what a failed commit may have left behind the end of the
/// write-ahead log is overwritten, and can't come back when the file is recovered.
const SETTLE: &str = "BEGIN IMMEDIATE; UPDATE cqrs_log SET settled = settled + 1; COMMIT";

/// Judges and writes `batch`.
pub(super) async fn commit(connection: &DatabaseConnection, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
    match judge_and_write(connection, batch).await {
        Ok(verdicts) => Ok(verdicts),
        Err(failure) => {
            let ended = end(connection).await.is_ok();
            Err(match failure {
                Failure::Before(error) => CommitError::Refused(error),
                Failure::Writing(error) if ended && is_definite(&error) => CommitError::Refused(error.into()),
                Failure::Writing(error) => CommitError::Unknown(error.into()),
            })
        }
    }
}

/// Makes sure that a transaction of unknown outcome has ended.
pub(super) async fn settle(connection: &DatabaseConnection) -> Result<(), StoreError> {
    end(connection).await?;
    if let Err(error) = all(connection, SETTLE, []).await {
        end(connection).await?;
        return Err(error.into());
    }
    Ok(())
}

enum Failure {
    /// Before anything was written.
    Before(StoreError),
    /// While writing, or at the commit.
    Writing(DbErr),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Before(error)
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Before(error.into())
    }
}

async fn judge_and_write(connection: &DatabaseConnection, batch: &[Append]) -> Result<Vec<Verdict>, Failure> {
    let (mut facts, last_position) = facts::lock_and_look(connection, batch).await?;
    let mut writing = Writing::behind(last_position);
    let verdicts = batch
        .iter()
        .map(|append| match facts.judge(append) {
            Judgement::Write(placement) => Verdict::Appended(writing.add(append, placement)),
            Judgement::Settled(verdict) => verdict,
        })
        .collect();
    if writing.is_empty() {
        end(connection).await?;
    } else {
        writing.commit(connection).await?;
    }
    Ok(verdicts)
}

/// Ends an open transaction by rolling it back; without one, there is nothing to do.
async fn end(connection: &DatabaseConnection) -> Result<(), DbErr> {
    match connection.execute_unprepared("ROLLBACK").await {
        Err(error) if is_no_transaction(&error) => Ok(()),
        ended => ended.map(drop),
    }
}

fn is_no_transaction(error: &DbErr) -> bool {
    matches!(error::sqlx(error), Some(sea_orm::SqlxError::Database(refusal)) if refusal.message().contains("no transaction is active"))
}

/// Whether nothing was written for sure, the transaction being rolled back.
///
/// An error of the device at the commit may come after all has reached the file.
fn is_definite(error: &DbErr) -> bool {
    const IO_ERROR: i32 = 10;
    match error::sqlx(error) {
        Some(sea_orm::SqlxError::Database(refusal)) => {
            let code = refusal.code().and_then(|code| code.parse::<i32>().ok());
            code.is_some_and(|code| code & 0xff != IO_ERROR)
        }
        _ => false,
    }
}
