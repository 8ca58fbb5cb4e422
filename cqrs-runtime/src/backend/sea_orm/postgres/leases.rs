//! Sessions, leases and checkpoints on the server.

pub(super) mod begin;
pub(super) mod fence;

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{DbErr, SqlxError};

use self::fence::Fence;
use super::super::statement::{all, one};
use super::super::{error, leases};
use super::PostgresBackend;
use crate::store::lease::{judged_unasked, micros};
use crate::store::{Advance, AdvanceVerdict, Begun, Checkpoint, Lease, Leases, Session, StoreError, WorkerId};

const NOW: &str = "cqrs_clock()";

const ACQUIRE: &str = "SELECT partition, epoch, position, event_id FROM cqrs_acquire($1, $2, $3, $4, $5, $6, $7)";

/// The name has another number of partitions; the number is the detail.
const PARTITIONS_CHANGED: &str = "CQ005";

/// The name is not there.
const FORGOTTEN: &str = "CQ010";

/// In order, so that there is no deadlock.
const HEARTBEAT: &str = "WITH own AS (
        SELECT name FROM cqrs_workers WHERE worker = $1 AND expires_at > cqrs_clock() ORDER BY name FOR UPDATE)
    UPDATE cqrs_workers w SET expires_at = cqrs_clock() + $2 * interval '1 microsecond'
    FROM own WHERE w.worker = $1 AND w.name = own.name
    RETURNING w.name";

const FORGET: &str = "SELECT cqrs_forget($1)";

const RELEASE: &str = "SELECT cqrs_release($1, $2)";

#[async_trait]
impl Leases for PostgresBackend {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        let values = [
            session.name.as_str().into(),
            session.worker.0.into(),
            i64::from(session.partitions).into(),
            micros(session.lease_time).into(),
            session.checkpoint.cast_signed().into(),
            session.event_id.into(),
            session.makes.into(),
        ];
        match all(&self.workers, ACQUIRE, values).await {
            Ok(rows) => rows.iter().map(leases::lease).collect(),
            Err(error) => Err(refusal(error, session)),
        }
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        let rows = all(&self.workers, HEARTBEAT, [worker.0.into(), micros(lease_time).into()]).await?;
        let mut names = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
        names.sort();
        Ok(names)
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        all(&self.workers, RELEASE, [name.into(), worker.0.into()]).await?;
        Ok(())
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        if let Some(verdict) = judged_unasked(steps) {
            return Ok(verdict);
        }
        let fence = Fence { name, worker, steps, changes: false };
        match all(&self.workers, &format!("SELECT {}", fence::CALL), fence.values()).await {
            Ok(_) => Ok(AdvanceVerdict::Advanced),
            Err(error) => fence.explain(error),
        }
    }

    async fn begin(&self, session: &Session, steps: &[Advance]) -> Result<Begun, StoreError> {
        if let Some(verdict) = judged_unasked(steps) {
            return Ok(Begun::Refused(verdict));
        }
        let fence = Fence { name: &session.name, worker: session.worker, steps, changes: false };
        self.transactions.begin(fence, session.lease_time).await
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        leases::checkpoints(&*self.readers, name, NOW).await
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        leases::names(&*self.readers).await
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        let forgotten = one(&self.workers, FORGET, [name.into()]).await?;
        Ok(forgotten.map_or(Ok(false), |row| row.try_get_by_index(0))?)
    }
}

fn refusal(error: DbErr, session: &Session) -> StoreError {
    match raised(&error) {
        Some((PARTITIONS_CHANGED, detail)) => StoreError::PartitionsChanged {
            name: session.name.clone(),
            found: detail.parse().unwrap_or(u32::MAX),
            asked: session.partitions,
        },
        Some((FORGOTTEN, _)) => StoreError::Forgotten { name: session.name.clone() },
        _ => error.into(),
    }
}

/// The code and the detail of what a function has raised.
pub(super) fn raised(error: &DbErr) -> Option<(&str, &str)> {
    let Some(SqlxError::Database(refusal)) = error::sqlx(error) else { return None };
    let refusal = refusal.try_downcast_ref::<PgDatabaseError>()?;
    Some((refusal.code(), refusal.detail().unwrap_or_default()))
}
