//! The schema of the PostgreSQL database, and how it comes to be.

use sea_orm::DbErr;
use sea_orm::sqlx::{AssertSqlSafe, PgConnection, Row, raw_sql};
use uuid::Uuid;

use super::super::migration::{self, Migration};
use super::super::statement::{number, one};
use super::pool::{Pool, query_err};
use crate::store::StoreError;

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "event store",
        sql: concat!(include_str!("0001_event_store.sql"), include_str!("0001_append.sql")),
    },
    Migration {
        version: 2,
        name: "read side",
        sql: concat!(
            include_str!("0002_read_side.sql"),
            include_str!("0002_leases.sql"),
            include_str!("0002_tables.sql"),
        ),
    },
];

const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('cqrs_migrations of ' || current_schema(), 0))";
/// In the schema that tables would be made in; another one of the search path may have a log of its own.
const HAS_MIGRATIONS: &str = "SELECT count(to_regclass(quote_ident(current_schema()) || '.cqrs_migrations'))";
const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS cqrs_migrations (
    version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM cqrs_migrations";

/// Names every table and function, so that one that is missing is found at the start; one that takes rows of a table by
/// its arguments, for each schema of the search path has one of its own.
const VERIFY: &str = "SELECT l.id, (SELECT last_value + is_called::int FROM cqrs_events_position_seq),
        (SELECT coalesce(max(position), 0) FROM cqrs_events)
    FROM cqrs_log l LEFT JOIN cqrs_receipts ON false LEFT JOIN cqrs_claims ON false LEFT JOIN cqrs_snapshots ON false
        LEFT JOIN cqrs_fences ON false LEFT JOIN cqrs_workers ON false LEFT JOIN cqrs_checkpoints ON false
        LEFT JOIN cqrs_generations ON false LEFT JOIN cqrs_dead_letters ON false LEFT JOIN cqrs_discards ON false
        LEFT JOIN cqrs_changes ON false
    WHERE 'cqrs_append'::regproc IS NOT NULL AND 'cqrs_settle'::regproc IS NOT NULL
        AND 'cqrs_clock'::regproc IS NOT NULL AND 'cqrs_acquire'::regproc IS NOT NULL
        AND 'cqrs_advance'::regproc IS NOT NULL AND 'cqrs_advance_placed'::regproc IS NOT NULL
        AND 'cqrs_release'::regproc IS NOT NULL AND 'cqrs_forget'::regproc IS NOT NULL
        AND 'cqrs_time'::regproc IS NOT NULL AND 'cqrs_micros'::regproc IS NOT NULL
        AND 'cqrs_lock_generations'::regproc IS NOT NULL AND 'cqrs_create_generation'::regproc IS NOT NULL
        AND 'cqrs_swap'::regproc IS NOT NULL AND 'cqrs_drop_generation'::regproc IS NOT NULL
        AND 'cqrs_set_state'::regproc IS NOT NULL
        AND 'cqrs_newly_parked(cqrs_generations, cqrs_generations)'::regprocedure IS NOT NULL";

/// Brings the database to the latest schema; one that has it already is only read.
pub(super) async fn migrate(pool: &Pool) -> Result<(), StoreError> {
    let found = if number(pool, HAS_MIGRATIONS).await? == 0 { 0 } else { number(pool, VERSION).await? };
    if migration::pending(MIGRATIONS, found)?.is_empty() {
        return Ok(());
    }
    let mut lease = pool.lease().await?;
    let mut transaction = pool.limited(lease.begin()).await?;
    let lock = format!("SET LOCAL lock_timeout = {}; {LOCK}", pool.lock_timeout());
    pool.limited(execute(&mut transaction, &lock)).await?;
    pool.limited(execute(&mut transaction, MIGRATIONS_TABLE)).await?;
    // Another process may have migrated while this one waited for the lock.
    let found = pool.limited(version(&mut transaction)).await?;
    for migration in migration::pending(MIGRATIONS, found)? {
        pool.limited(execute(&mut transaction, migration.sql)).await?;
        let Migration { version, name, .. } = migration;
        let applied = format!("INSERT INTO cqrs_migrations (version, name) VALUES ({version}, '{name}')");
        pool.limited(execute(&mut transaction, &applied)).await?;
    }
    pool.limited(async { transaction.commit().await.map_err(query_err) }).await?;
    lease.keep();
    tracing::info!(version = migration::latest(MIGRATIONS), "the database has the schema of this program");
    Ok(())
}

/// Runs SQL without parameters, so that no statement is prepared.
async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), DbErr> {
    raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(query_err)
}

async fn version(connection: &mut PgConnection) -> Result<i64, DbErr> {
    raw_sql(VERSION).fetch_one(connection).await.and_then(|row| row.try_get(0)).map_err(query_err)
}

/// Checks that all is there and that positions go on behind the log's end; the log's identity.
pub(super) async fn verify(pool: &Pool) -> Result<Uuid, StoreError> {
    let row = one(pool, VERIFY, []).await?;
    let row = row.ok_or(StoreError::CorruptRow { table: "cqrs_log", what: "it has no row" })?;
    migration::check_sequence(row.try_get_by_index(1)?, row.try_get_by_index(2)?)?;
    Ok(row.try_get_by_index(0)?)
}
