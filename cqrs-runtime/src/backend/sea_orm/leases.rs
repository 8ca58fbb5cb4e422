//! Leases and checkpoints as rows, read with the same words on both databases.

use sea_orm::QueryResult;
use uuid::Uuid;

use super::statement::{Run, all};
use crate::store::{Checkpoint, Lease, StoreError, WorkerId};

/// How the partitions of `name` stand, `now` being the moment as the database spells it.
pub(super) async fn checkpoints(connection: &impl Run, name: &str, now: &str) -> Result<Vec<Checkpoint>, StoreError> {
    let sql = format!(
        "SELECT c.partition, c.epoch, c.position, c.event_id, c.worker, w.worker IS NOT NULL,
            (SELECT coalesce(max(e.position), 0) FROM cqrs_events e)
        FROM cqrs_checkpoints c
        LEFT JOIN cqrs_workers w ON w.name = c.name AND w.worker = c.worker AND w.expires_at > {now}
        WHERE c.name = $1 ORDER BY c.partition"
    );
    all(connection, &sql, [name.into()]).await?.iter().map(checkpoint).collect()
}

/// The names that have been joined.
pub(super) async fn names(connection: &impl Run) -> Result<Vec<String>, StoreError> {
    let rows = all(connection, "SELECT DISTINCT name FROM cqrs_checkpoints ORDER BY name", []).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

fn checkpoint(row: &QueryResult) -> Result<Checkpoint, StoreError> {
    let lease = lease(row)?;
    let worker: Option<Uuid> = row.try_get_by_index(4)?;
    let head: u64 = unsigned(row.try_get_by_index(6)?)?;
    Ok(Checkpoint {
        lease,
        worker: worker.map(WorkerId),
        is_alive: row.try_get_by_index(5)?,
        behind: head.saturating_sub(lease.checkpoint),
    })
}

/// The lease in a row of partition, epoch, position and event id.
pub(super) fn lease(row: &QueryResult) -> Result<Lease, StoreError> {
    Ok(Lease {
        partition: unsigned(row.try_get_by_index(0)?)?,
        epoch: unsigned(row.try_get_by_index(1)?)?,
        checkpoint: unsigned(row.try_get_by_index(2)?)?,
        event_id: row.try_get_by_index(3)?,
    })
}

fn unsigned<N: TryFrom<i64>>(number: i64) -> Result<N, StoreError> {
    number
        .try_into()
        .map_err(|_| StoreError::CorruptRow { table: "cqrs_checkpoints", what: "a number is out of range" })
}
