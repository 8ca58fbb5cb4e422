//! The schema of the SQLite file, and how it comes to be.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use uuid::Uuid;

use super::super::migration::{self, Migration};
use super::super::statement::{all, number, one};
use crate::store::StoreError;

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "event store", sql: include_str!("0001_event_store.sql") },
    Migration { version: 2, name: "no replacing", sql: include_str!("0002_no_replacing.sql") },
    Migration { version: 3, name: "read side", sql: include_str!("0003_read_side.sql") },
];

const HAS_MIGRATIONS: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'cqrs_migrations'";
const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS cqrs_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM cqrs_migrations";
const APPLIED: &str = "INSERT INTO cqrs_migrations (version, name, applied_at) VALUES ($1, $2, unixepoch() * 1000000)";

/// Names every table, so that one that is missing is found at the start; the sequence must not be behind the log.
const VERIFY: &str = "SELECT l.id, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'cqrs_events'), 0),
    coalesce((SELECT max(position) FROM cqrs_events), 0)
    FROM cqrs_log l LEFT JOIN cqrs_receipts ON false LEFT JOIN cqrs_claims ON false LEFT JOIN cqrs_snapshots ON false
        LEFT JOIN cqrs_workers ON false LEFT JOIN cqrs_checkpoints ON false LEFT JOIN cqrs_clock ON false
        LEFT JOIN cqrs_generations ON false LEFT JOIN cqrs_dead_letters ON false LEFT JOIN cqrs_discards ON false
        LEFT JOIN cqrs_changes ON false";

/// Brings the file to the latest schema; a file that has it already is only read.
pub(super) async fn migrate(connection: &DatabaseConnection) -> Result<(), StoreError> {
    let known = migration::latest(MIGRATIONS);
    if migration::pending(MIGRATIONS, version(connection).await?)?.is_empty() {
        return Ok(());
    }
    connection.execute_unprepared("BEGIN IMMEDIATE").await?;
    let migrated = apply_pending(connection).await;
    let end = if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.execute_unprepared(end).await;
    migrated?;
    ended?;
    tracing::info!(version = known, "the SQLite file has the schema of this program");
    Ok(())
}

async fn apply_pending(connection: &DatabaseConnection) -> Result<(), StoreError> {
    connection.execute_unprepared(MIGRATIONS_TABLE).await?;
    // Another process may have migrated while this one waited for the lock.
    for migration in migration::pending(MIGRATIONS, version(connection).await?)? {
        connection.execute_unprepared(migration.sql).await?;
        all(connection, APPLIED, [migration.version.into(), migration.name.into()]).await?;
    }
    Ok(())
}

async fn version(connection: &DatabaseConnection) -> Result<i64, DbErr> {
    if number(connection, HAS_MIGRATIONS).await? == 0 { Ok(0) } else { number(connection, VERSION).await }
}

/// Checks that all tables are there and that positions go on behind the log's end; the log's identity.
pub(super) async fn verify(connection: &DatabaseConnection) -> Result<Uuid, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "cqrs_log", what };
    let row = one(connection, VERIFY, []).await?.ok_or(corrupt("it has no row"))?;
    let (sequence, head): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    migration::check_sequence(sequence.saturating_add(1), head)?;
    let id: Vec<u8> = row.try_get_by_index(0)?;
    Uuid::from_slice(&id).map_err(|_| corrupt("its id has not 16 bytes"))
}
