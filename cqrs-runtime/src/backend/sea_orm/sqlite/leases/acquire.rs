//! Taking and giving up partitions.

use sea_orm::sqlx::query;

use super::super::held::Held;
use super::blob;
use super::standing::Standing;
use crate::store::lease::{Partition, Share, micros};
use crate::store::{Lease, Session, StoreError};

const LOCK: &str = "BEGIN IMMEDIATE";

/// A generation of which nobody takes partitions.
const STANDS_STILL: &str = "SELECT 1 FROM cqrs_generations
    WHERE projection || '@' || number = $1 AND state IN ('retired', 'dropped')";

const WRITE_AND_COMMIT: &str = "
    DELETE FROM cqrs_workers WHERE expires_at <= (SELECT now FROM cqrs_clock);
    INSERT INTO cqrs_workers (name, worker, expires_at) VALUES ($1, $2, (SELECT now FROM cqrs_clock) + $3)
    ON CONFLICT (name, worker) DO UPDATE SET expires_at = excluded.expires_at;
    INSERT INTO cqrs_checkpoints (name, partition, position, event_id) SELECT $1, value, $7, $8 FROM json_each($4);
    UPDATE cqrs_checkpoints SET worker = NULL WHERE name = $1 AND partition IN (SELECT value FROM json_each($5));
    UPDATE cqrs_checkpoints SET worker = $2, epoch = epoch + 1
    WHERE name = $1 AND partition IN (SELECT value FROM json_each($6));
    COMMIT";

/// The partitions that the worker has when this returns, the transaction being committed.
pub(super) async fn acquire(connection: &mut Held, session: &Session) -> Result<Vec<Lease>, StoreError> {
    connection.run(query(LOCK)).await?;
    if !connection.run(query(STANDS_STILL).bind(session.name.clone())).await?.is_empty() {
        connection.roll_back().await?;
        return Ok(Vec::new());
    }
    let Standing { mut alive, mut partitions } = Standing::of(connection, &session.name).await?;
    if session.lease_time.is_zero() {
        alive.remove(&session.worker);
    } else {
        alive.insert(session.worker);
    }
    if partitions.is_empty() && !session.makes {
        return Err(StoreError::Forgotten { name: session.name.clone() });
    }
    let new = if partitions.is_empty() { 0..session.partitions } else { 0..0 };
    partitions.extend(new.clone().map(|partition| at_the_start(partition, session)));
    let share = Share::of(session, &partitions, &alive)?;
    let statements = query(WRITE_AND_COMMIT)
        .bind(session.name.clone())
        .bind(blob(session.worker))
        .bind(micros(session.lease_time))
        .bind(numbers(new))
        .bind(numbers(share.gives_up.iter().copied()))
        .bind(numbers(share.takes.iter().copied()))
        .bind(session.checkpoint.cast_signed())
        .bind(session.event_id.as_bytes().to_vec());
    connection.run(statements).await?;
    connection.committed();
    Ok(partitions.iter().filter_map(|partition| share.lease(session.worker, partition)).collect())
}

fn at_the_start(partition: u32, session: &Session) -> Partition {
    let Session { checkpoint, event_id, .. } = *session;
    Partition { lease: Lease { partition, epoch: 0, checkpoint, event_id }, worker: None }
}

fn numbers(numbers: impl Iterator<Item = u32>) -> String {
    numbers.collect::<serde_json::Value>().to_string()
}
