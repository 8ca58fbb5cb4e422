//! What migrations of both databases have in common.

use crate::store::StoreError;

/// A step of the schema; once published it never changes.
pub(super) struct Migration {
    pub(super) version: i64,
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

/// The latest version of the schema.
pub(super) fn latest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// The migrations that a database at version `found` lacks.
pub(super) fn pending(migrations: &[Migration], found: i64) -> Result<&[Migration], StoreError> {
    let known = latest(migrations);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(&migrations[migrations.partition_point(|migration| migration.version <= found)..])
}

/// Refuses a sequence that would give the position `next` in a log that ends at `head`.
pub(super) fn check_sequence(next: i64, head: i64) -> Result<(), StoreError> {
    if next > head {
        return Ok(());
    }
    let number = |value: i64| u64::try_from(value).unwrap_or_default();
    Err(StoreError::SequenceBehind { next: number(next), head: number(head) })
}
