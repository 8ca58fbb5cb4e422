use cqrs_runtime::store::CommitError;
use futures_util::future::join_all;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use super::*;

const TABLES: [&str; 11] = [
    "cqrs_events",
    "cqrs_receipts",
    "cqrs_claims",
    "cqrs_snapshots",
    "cqrs_log",
    "cqrs_fences",
    "cqrs_workers",
    "cqrs_checkpoints",
    "cqrs_generations",
    "cqrs_dead_letters",
    "cqrs_changes",
];

/// Those of others in the same database.
const SESSIONS: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
const END_SESSIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test]
async fn events_are_immutable() {
    let statements = ["UPDATE cqrs_events SET payload = ''", "DELETE FROM cqrs_events", "TRUNCATE cqrs_events"];
    super::events_are_immutable(&Database::postgres().await, &statements).await;
}

#[tokio::test]
async fn many_open_at_once() {
    for level in ["read committed", "repeatable read", "serializable"] {
        let database = Database::postgres().await;
        let name = database.url.rsplit_once('/').unwrap().1;
        database.execute(&format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")).await;
        super::many_open_at_once(&database).await;
    }
}

#[tokio::test]
async fn no_time_is_too_long() {
    super::no_time_is_too_long(&Database::postgres().await).await;
}

/// A database that the first program has written an event to.
const FIRST_SCHEMA: &str = concat!(
    include_str!("../../../cqrs-runtime/src/backend/sea_orm/postgres/0001_event_store.sql"),
    include_str!("../../../cqrs-runtime/src/backend/sea_orm/postgres/0001_append.sql"),
    "CREATE TABLE cqrs_migrations (version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
    INSERT INTO cqrs_migrations VALUES (1, 'event store');
    INSERT INTO cqrs_events (stream_type, stream_id, version, event_id, name, schema_version, payload, correlation_id,
        causation_id, principal, keys, recorded_at)
    SELECT 'Account', 'a', 1, id, 'Opened', 1, '{}', id, id, '', '{}', now() FROM gen_random_uuid() id;"
);

#[tokio::test]
async fn a_database_of_the_first_schema_is_migrated() {
    let database = Database::postgres().await;
    database.execute(FIRST_SCHEMA).await;
    let backend = opened(&database).await;
    write(&*backend).await;
    assert_eq!((count(&*backend).await, database.count("cqrs_migrations").await), (2, 2));
    backend.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    super::a_newer_schema_is_refused(&Database::postgres().await, 2).await;
}

#[tokio::test]
async fn a_missing_table_is_found_at_the_start() {
    let database = Database::postgres().await;
    for table in TABLES {
        super::a_missing_table_is_found_at_the_start(&database, table, "CASCADE").await;
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    }
}

#[tokio::test]
async fn a_missing_function_is_found_at_the_start() {
    let database = Database::postgres().await;
    for function in ["append", "settle", "clock", "acquire", "advance", "release"] {
        opened(&database).await.close().await;
        database.execute(&format!("DROP FUNCTION cqrs_{function}")).await;
        let error = refusal(&database.url, &Options::default()).await;
        assert!(matches!(error, StoreError::Missing(_)), "{function}: {error:?}");
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    }
}

#[tokio::test]
async fn a_sequence_behind_the_log_is_refused() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    for _ in 0..3 {
        write(&*backend).await;
    }
    database.execute("SELECT setval('cqrs_events_position_seq', 1)").await;
    let error = refusal(&database.url, &Options::default()).await;
    assert!(matches!(error, StoreError::SequenceBehind { next: 2, head: 3 }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refusal(&format!("postgres://me:secret@127.0.0.1:{port}/log"), &Options::default()).await;
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    assert!(!messages(&error).contains("secret") && !format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_refused() {
    let database = Database::postgres().await;
    let error = refusal(&format!("{}_but_not_there", database.url), &Options::default()).await;
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
}

/// Where the default is another level, READ COMMITTED is said.
#[tokio::test]
async fn any_default_isolation_will_do() {
    let database = Database::postgres().await;
    let name = database.url.rsplit_once('/').unwrap().1;
    for level in ["serializable", "repeatable read"] {
        database.execute(&format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")).await;
        let backend = opened(&database).await;
        write(&*backend).await;
        backend.settle(Uuid::now_v7()).await.unwrap();
    }
    assert_eq!(count(&*opened(&database).await).await, 2);
}

/// The default changes under a running program: refused, not judged on stale heads.
#[tokio::test]
async fn another_isolation_is_refused() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    write(&*backend).await;
    let name = database.url.rsplit_once('/').unwrap().1;
    database.execute(&format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")).await;
    end_connections(&database).await;
    // The first connections find themselves ended; fresh ones have the new default.
    for _ in 0..4 {
        match backend.commit(Uuid::now_v7(), &[append()]).await {
            Err(CommitError::Unknown(StoreError::Unreachable(_))) => {}
            Err(CommitError::Refused(StoreError::Refused(refused))) => {
                assert!(refused.to_string().contains("READ COMMITTED"), "{refused:?}");
                return;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("no fresh connection was made");
}

async fn one_session(database: &Database) -> DatabaseConnection {
    let mut options = ConnectOptions::new(&database.url);
    options.max_connections(1);
    sea_orm::Database::connect(options).await.unwrap()
}

async fn end_connections(database: &Database) {
    database.execute(END_SESSIONS).await;
}

/// An attempt that was given up is refused when it arrives after all.
#[tokio::test]
async fn a_settled_attempt_writes_nothing_any_more() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    let attempt = Uuid::now_v7();
    backend.settle(attempt).await.unwrap();
    let refused = backend.commit(attempt, &[append()]).await;
    assert!(matches!(refused, Err(CommitError::Refused(_))), "{refused:?}");
    assert_eq!(count(&*backend).await, 0);
    write(&*backend).await;
}

/// Old fences go, the youngest stay.
#[tokio::test]
async fn fences_are_kept_for_a_day() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    let (old, young) = (Uuid::now_v7(), Uuid::now_v7());
    for attempt in [old, young] {
        backend.settle(attempt).await.unwrap();
    }
    database
        .execute(&format!("UPDATE cqrs_fences SET fenced_at = now() - interval '25 hours' WHERE attempt = '{old}'"))
        .await;
    backend.settle(Uuid::now_v7()).await.unwrap();
    assert!(backend.commit(young, &[append()]).await.is_err());
    assert!(backend.commit(old, &[append()]).await.is_ok(), "the old fence is gone");
}

/// While a transaction holds the log's lock, it may still commit: appends and settling wait for its end.
#[tokio::test]
async fn one_transaction_at_a_time_appends_or_settles() {
    let database = Database::postgres().await;
    let (one, another) = (opened(&database).await, opened(&database).await);
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let under_way = other.begin().await.unwrap();
    under_way.execute_unprepared("SELECT pg_advisory_xact_lock(cqrs_lock_key())").await.unwrap();
    let settling = tokio::spawn(async move { one.settle(Uuid::now_v7()).await });
    let committing = tokio::spawn(async move { another.commit(Uuid::now_v7(), &[append()]).await });
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while number(&other, waiting).await < 2 {
        assert!(!settling.is_finished() && !committing.is_finished());
        tokio::task::yield_now().await;
    }
    under_way.commit().await.unwrap();
    settling.await.unwrap().unwrap();
    committing.await.unwrap().unwrap();
}

pub(super) async fn number(connection: &DatabaseConnection, sql: &str) -> i64 {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// As behind a pgbouncer that keeps no prepared statements.
#[tokio::test]
async fn prepared_statements_are_not_needed() {
    let database = Database::postgres().await;
    let url = format!("{}?statement-cache-capacity=0", database.url);
    let backend = open(&url, &Options::default()).await.unwrap();
    for _ in 0..3 {
        write(&*backend).await;
    }
    assert_eq!(count(&*backend).await, 3);
    backend.settle(Uuid::now_v7()).await.unwrap();
    backend.close().await;
}

/// A lost connection leaves the outcome open; the next call has a new one.
#[tokio::test]
async fn a_lost_connection_is_replaced() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    write(&*backend).await;
    end_connections(&database).await;
    let sent = append();
    let mut lost = 0;
    while let Err(error) = backend.commit(Uuid::now_v7(), std::slice::from_ref(&sent)).await {
        assert!(matches!(error, CommitError::Unknown(StoreError::Unreachable(_))), "{error:?}");
        lost += 1;
        assert!(lost < 10, "the connection is not replaced");
    }
    assert!(lost > 0);
    while backend.head().await.is_err() {
        lost += 1;
        assert!(lost < 20, "the connection is not replaced");
    }
    assert_eq!(count(&*backend).await, 2);
}

/// What has ended one connection has ended the others: no second read finds that out.
#[tokio::test]
async fn a_server_that_ends_all_connections_fails_one_read() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    for head in join_all((0..4).map(|_| backend.head())).await {
        head.unwrap();
    }
    let other = one_session(&database).await;
    assert_eq!(number(&other, SESSIONS).await, 1 + 4, "one that writes, and one for each read");
    other.execute_unprepared(END_SESSIONS).await.unwrap();
    while number(&other, SESSIONS).await > 0 {}
    let mut heads = Vec::new();
    for _ in 0..5 {
        heads.push(backend.head().await);
    }
    assert!(heads.iter().filter(|head| head.is_err()).count() <= 1, "{heads:?}");
}

/// A read is waited for that waits for somebody else's lock.
#[tokio::test]
async fn reads_under_way_are_completed_before_it_closes() {
    let database = Database::postgres().await;
    let backend = opened(&database).await;
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let under_way = other.begin().await.unwrap();
    under_way.execute_unprepared("LOCK TABLE cqrs_events IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let (reader, closer) = (Arc::clone(&backend), Arc::clone(&backend));
    let reading = tokio::spawn(async move { reader.head().await });
    let waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'cqrs_events'::regclass AND NOT granted";
    let looking = one_session(&database).await;
    while number(&looking, waiting).await == 0 {
        assert!(!reading.is_finished());
    }
    let closing = tokio::spawn(async move { closer.close().await });
    // Those that write are ended first: of three others, two are left.
    while number(&looking, SESSIONS).await > 2 {}
    for _ in 0..50 {
        assert!(!closing.is_finished(), "a read is under way");
        number(&looking, SESSIONS).await;
    }
    under_way.commit().await.unwrap();
    closing.await.unwrap();
    assert!(reading.is_finished());
    reading.await.unwrap().unwrap();
    assert!(matches!(backend.head().await, Err(StoreError::Closed)));
}

/// Who migrates is waited for, but not for ever.
#[tokio::test]
async fn a_migration_that_takes_too_long_makes_others_busy() {
    let database = Database::postgres().await;
    let other = sea_orm::Database::connect(&database.url).await.unwrap();
    let under_way = other.begin().await.unwrap();
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('cqrs_migrations of ' || current_schema(), 0))";
    under_way.execute_unprepared(lock).await.unwrap();
    let options = Options { commit_timeout: Duration::from_secs(4), ..Options::default() };
    let error = refusal(&database.url, &options).await;
    assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
    under_way.commit().await.unwrap();
    write(&*opened(&database).await).await;
}

/// Two schemas of one database are two logs, and don't wait for each other.
#[tokio::test]
async fn each_schema_has_a_log_of_its_own() {
    let database = Database::postgres().await;
    database.execute("CREATE SCHEMA other").await;
    let one = opened(&database).await;
    let other = open(&format!("{}?options=-csearch_path%3Dother", database.url), &Options::default()).await.unwrap();
    write(&*one).await;
    assert_eq!((count(&*one).await, count(&*other).await), (1, 0));
    assert_ne!(one.head().await.unwrap().log, other.head().await.unwrap().log);
    // The log's lock is the schema's own.
    let connection = sea_orm::Database::connect(&database.url).await.unwrap();
    let holding = connection.begin().await.unwrap();
    holding.execute_unprepared("SELECT pg_advisory_xact_lock(cqrs_lock_key())").await.unwrap();
    write(&*other).await;
    holding.rollback().await.unwrap();
}

/// A log that another schema of the search path holds is somebody else's.
#[tokio::test]
async fn the_first_schema_of_the_search_path_counts() {
    let database = Database::postgres().await;
    let one = opened(&database).await;
    write(&*one).await;
    database.execute("CREATE SCHEMA first").await;
    let url = format!("{}?options=-csearch_path%3Dfirst%2Cpublic", database.url);
    let first = open(&url, &Options::default()).await.unwrap();
    assert_eq!(count(&*first).await, 0);
    write(&*first).await;
    assert_eq!((count(&*one).await, count(&*first).await), (1, 1));
}
