//! A batch in one transaction of two calls on one connection: one to lock and look, one to write and commit.

mod facts;
mod write;

use sea_orm::sqlx::query;
use sea_orm::{DatabaseConnection, DbErr, SqlxError};

use self::write::Writing;
use super::super::error;
use super::held::{Held, is_no_transaction};
use crate::store::judge::Judgement;
use crate::store::{Append, CommitError, StoreError, Verdict};

/// Changes a page that holds nothing of worth: so what a failed commit may have left behind the end of the
/// write-ahead log is overwritten, and can't come back when the file is recovered.
const SETTLE: &str = "BEGIN IMMEDIATE; UPDATE cqrs_log SET settled = settled + 1; COMMIT";

/// Judges and writes `batch`.
pub(super) async fn commit(pool: &DatabaseConnection, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
    let mut connection = Held::of(pool).await.map_err(|error| CommitError::Refused(error.into()))?;
    match judge_and_write(&mut connection, batch).await {
        Ok(verdicts) => Ok(verdicts),
        Err(failure) => {
            let ended = connection.roll_back().await.is_ok();
            Err(match failure {
                Failure::Before(error) => CommitError::Refused(error),
                Failure::Writing(error) if ended && is_definite(&error) => CommitError::Refused(error.into()),
                Failure::Writing(error) => CommitError::Unknown(error.into()),
            })
        }
    }
}

/// Makes sure that a transaction of unknown outcome has ended.
pub(super) async fn settle(pool: &DatabaseConnection) -> Result<(), StoreError> {
    // A connection that was not given back in order has been closed by the time that the pool makes another.
    let mut connection = Held::of(pool).await?;
    if let Err(error) = connection.run(query(SETTLE)).await {
        connection.roll_back().await?;
        return Err(error.into());
    }
    connection.committed();
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

async fn judge_and_write(connection: &mut Held, batch: &[Append]) -> Result<Vec<Verdict>, Failure> {
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
        connection.roll_back().await?;
    } else {
        writing.commit(connection).await?;
    }
    Ok(verdicts)
}

/// Whether nothing was written for sure, the transaction being rolled back.
///
/// What the device or the memory fails to do at the commit, it may fail to do after all has reached the file: SQLite
/// then takes back what it says, and not what the file holds. A transaction that is not there at the commit has ended
/// in a way that nobody has seen.
fn is_definite(error: &DbErr) -> bool {
    const ERROR: i32 = 1;
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const READ_ONLY: i32 = 8;
    const FULL: i32 = 13;
    const TOO_BIG: i32 = 18;
    const CONSTRAINT: i32 = 19;
    const MISMATCH: i32 = 20;
    let Some(SqlxError::Database(refusal)) = error::sqlx(error) else { return false };
    match refusal.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff) {
        Some(ERROR) => !is_no_transaction(error),
        Some(code) => [BUSY, LOCKED, READ_ONLY, FULL, TOO_BIG, CONSTRAINT, MISMATCH].contains(&code),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Database};

    use super::*;

    /// Nobody knows how the transaction has ended that is not there any more at the commit.
    #[tokio::test]
    async fn a_transaction_that_has_ended_unseen_is_not_definite() {
        let connection = Database::connect("sqlite::memory:").await.unwrap();
        for (sql, definite) in [("COMMIT", false), ("SELECT nothing", true)] {
            let error = connection.execute_unprepared(sql).await.unwrap_err();
            assert_eq!(is_definite(&error), definite, "{error}");
        }
    }
}
