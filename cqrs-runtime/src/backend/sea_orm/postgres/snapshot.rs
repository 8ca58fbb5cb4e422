//! Keeping a snapshot.

use super::super::filter::signed;
use super::super::statement::all;
use super::pool::Pool;
use crate::store::{Snapshot, StoreError};

const SAVE: &str = "INSERT INTO cqrs_snapshots
    (tenant, stream_type, stream_id, version, event_id, position, recorded_at, fingerprint, state_version, payload, checksum)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (tenant, stream_type, stream_id) DO UPDATE SET version = excluded.version, event_id = excluded.event_id,
        position = excluded.position, recorded_at = excluded.recorded_at, fingerprint = excluded.fingerprint,
        state_version = excluded.state_version, payload = excluded.payload, checksum = excluded.checksum";

/// Keeps `snapshot` in the place of the stream's earlier one.
pub(super) async fn save(connection: &Pool, snapshot: Snapshot) -> Result<(), StoreError> {
    let values = [
        snapshot.stream.tenant.into(),
        snapshot.stream.stream_type.as_ref().into(),
        snapshot.stream.id.into(),
        signed(snapshot.version).into(),
        snapshot.event_id.into(),
        signed(snapshot.position).into(),
        snapshot.recorded_at.into(),
        snapshot.filter.fingerprint.cast_signed().into(),
        i64::from(snapshot.filter.state_version).into(),
        snapshot.payload.into(),
        i64::from(snapshot.checksum).into(),
    ];
    all(connection, SAVE, values).await?;
    Ok(())
}
