//! Sessions, leases and checkpoints in the file.

mod acquire;
pub(super) mod begin;
pub(super) mod fence;
mod standing;

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::sqlx::{AssertSqlSafe, query};

use self::fence::{FENCE, Fence};
use super::super::leases::{checkpoints, names};
use super::super::statement::all;
use super::SqliteBackend;
use super::held::Held;
use crate::store::lease::{judged_unasked, micros};
use crate::store::{Advance, AdvanceVerdict, Begun, Checkpoint, Lease, Leases, Session, StoreError, WorkerId};

const NOW: &str = "(SELECT now FROM cqrs_clock)";

const HEARTBEAT: &str = "UPDATE cqrs_workers SET expires_at = (SELECT now FROM cqrs_clock) + $2
    WHERE worker = $1 AND expires_at > (SELECT now FROM cqrs_clock)
    RETURNING name";

const RELEASE: &str = "BEGIN IMMEDIATE;
    UPDATE cqrs_checkpoints SET worker = NULL WHERE name = $1 AND worker = $2;
    DELETE FROM cqrs_workers WHERE name = $1 AND worker = $2;
    COMMIT";

const FORGET: &str = "DELETE FROM cqrs_checkpoints WHERE name = $1 AND NOT EXISTS (
        SELECT 1 FROM cqrs_workers w WHERE w.name = $1 AND w.expires_at > (SELECT now FROM cqrs_clock))
    RETURNING partition";

#[async_trait]
impl Leases for SqliteBackend {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        let writer = self.writer.lock().await;
        let mut connection = Held::of(&writer).await?;
        let acquired = acquire::acquire(&mut connection, session).await;
        if acquired.is_err() {
            // A transaction that can't be rolled back ends with its connection.
            let _ = connection.roll_back().await;
        }
        acquired
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        let values = [blob(worker).into(), micros(lease_time).into()];
        let rows = all(&*self.writer.lock().await, HEARTBEAT, values).await?;
        let mut names = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
        names.sort();
        Ok(names)
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        let writer = self.writer.lock().await;
        let mut connection = Held::of(&writer).await?;
        if let Err(error) = connection.run(query(RELEASE).bind(name.to_owned()).bind(blob(worker))).await {
            let _ = connection.roll_back().await;
            return Err(error.into());
        }
        connection.committed();
        Ok(())
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        if let Some(verdict) = judged_unasked(steps) {
            return Ok(verdict);
        }
        let fence = Fence { name, worker, steps, changes: false };
        let writer = self.writer.lock().await;
        let mut connection = Held::of(&writer).await?;
        match connection.run(fence.bind(query(AssertSqlSafe(format!("{FENCE} COMMIT"))))).await {
            Ok(_) => {
                connection.committed();
                Ok(AdvanceVerdict::Advanced)
            }
            Err(error) => fence.explain(&mut connection, error).await,
        }
    }

    async fn begin(&self, session: &Session, steps: &[Advance]) -> Result<Begun, StoreError> {
        if let Some(verdict) = judged_unasked(steps) {
            return Ok(Begun::Refused(verdict));
        }
        let fence = Fence { name: &session.name, worker: session.worker, steps, changes: false };
        begin::begin(self, fence, session.lease_time).await
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        checkpoints(&self.readers, name, NOW).await
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        names(&self.readers).await
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        Ok(!all(&*self.writer.lock().await, FORGET, [name.into()]).await?.is_empty())
    }
}

fn blob(WorkerId(worker): WorkerId) -> Vec<u8> {
    worker.as_bytes().to_vec()
}
