//! The schema of the PostgreSQL database, and how it comes to be.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use uuid::Uuid;

use super::super::migration::{self, Migration};
use super::super::statement::{all, number, one};
use crate::store::StoreError;

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "event store",
    sql: concat!(include_str!("0001_event_store.sql"), include_str!("0001_append.sql")),
}];

const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('cqrs_migrations of ' || current_schema(), 0))";
const HAS_MIGRATIONS: &str = "SELECT count(to_regclass('cqrs_migrations'))";
const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS cqrs_migrations (
    version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM cqrs_migrations";
const APPLIED: &str = "INSERT INTO cqrs_migrations (version, name) VALUES ($1, $2)";

/// Names every table and function, so that one that is missing is found at the start.
const VERIFY: &str = "SELECT l.id, (SELECT last_value + is_called::int FROM cqrs_events_position_seq),
        (SELECT coalesce(max(position), 0) FROM cqrs_events)
    FROM cqrs_log l LEFT JOIN cqrs_receipts ON false LEFT JOIN cqrs_claims ON false LEFT JOIN cqrs_snapshots ON false
        LEFT JOIN cqrs_fences ON false
    WHERE 'cqrs_append'::regproc IS NOT NULL AND 'cqrs_settle'::regproc IS NOT NULL";

/// Brings the database to the latest schema; one that has it already is only read.
pub(super) async fn migrate(connection: &DatabaseConnection) -> Result<(), StoreError> {
    if migration::pending(MIGRATIONS, version(connection).await?)?.is_empty() {
        return Ok(());
    }
    let transaction = connection.begin().await?;
    all(&transaction, LOCK, []).await?;
    transaction.execute_unprepared(MIGRATIONS_TABLE).await?;
    // Another process may have migrated while this one waited for the lock.
    for migration in migration::pending(MIGRATIONS, version(&transaction).await?)? {
        transaction.execute_unprepared(migration.sql).await?;
        all(&transaction, APPLIED, [migration.version.into(), migration.name.into()]).await?;
    }
    transaction.commit().await?;
    tracing::info!(version = migration::latest(MIGRATIONS), "the database has the schema of this program");
    Ok(())
}

async fn version(connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
    if number(connection, HAS_MIGRATIONS).await? == 0 { Ok(0) } else { number(connection, VERSION).await }
}

/// Checks that all is there and that positions go on behind the log's end; the log's identity.
pub(super) async fn verify(connection: &DatabaseConnection) -> Result<Uuid, StoreError> {
    let row = one(connection, VERIFY, []).await?;
    let row = row.ok_or(StoreError::CorruptRow { table: "cqrs_log", what: "it has no row" })?;
    migration::check_sequence(row.try_get_by_index(1)?, row.try_get_by_index(2)?)?;
    Ok(row.try_get_by_index(0)?)
}
