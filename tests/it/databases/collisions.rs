//! PostgreSQL ends a transaction because of another one: it is tried again, and in the end the database is busy.

use cqrs_runtime::store::{AppendError, EventStore};

use super::*;

/// How often a batch is sent.
const TRIES: i64 = 4;

/// A deadlock, a failed serialization, and the loss of a race to a name of the log's own.
const COLLISIONS: [&str; 3] =
    ["ERRCODE = '40P01'", "ERRCODE = '40001'", "ERRCODE = '23505', CONSTRAINT = 'cqrs_events_event_id_key'"];

/// The first inserts are refused; a sequence counts them, also those that are rolled back.
async fn refuse(database: &Database, times: i64, how: &str) {
    let sql = format!(
        "CREATE SEQUENCE inserts;
        CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('inserts') <= {times} THEN
                RAISE EXCEPTION 'refused by the test' USING {how};
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER collide AFTER INSERT ON cqrs_events FOR EACH ROW EXECUTE FUNCTION collide()"
    );
    database.execute(&sql).await;
}

async fn refuse_no_more(database: &Database) {
    database.execute("DROP FUNCTION collide CASCADE; DROP SEQUENCE inserts").await;
}

/// How many inserts there were.
async fn inserts(database: &Database) -> i64 {
    let connection = sea_orm::Database::connect(&database.url).await.unwrap();
    let inserts = postgres::number(&connection, "SELECT last_value FROM inserts").await;
    connection.close().await.unwrap();
    inserts
}

#[tokio::test]
async fn a_collision_is_tried_again() {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    for how in COLLISIONS {
        refuse(&database, TRIES - 1, how).await;
        let appended = store.append(append()).await.unwrap();
        assert!(!appended.repeated, "{how}");
        assert_eq!(inserts(&database).await, TRIES, "{how}");
        refuse_no_more(&database).await;
    }
    store.close().await;
}

#[tokio::test]
async fn collisions_without_end_are_a_busy_database() {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    for (written, how) in COLLISIONS.into_iter().enumerate() {
        refuse(&database, i64::MAX, how).await;
        let error = store.append(append()).await.unwrap_err();
        let busy = matches!(&error, AppendError::Store(error) if matches!(**error, StoreError::Busy(_)));
        assert!(busy && error.is_retryable(), "{how}: {error:?}");
        assert_eq!(inserts(&database).await, TRIES, "{how}");
        assert_eq!(database.count("cqrs_events").await, i64::try_from(written).unwrap());
        refuse_no_more(&database).await;
        store.append(append()).await.unwrap();
    }
    store.close().await;
}

/// What somebody else's constraint refuses, it will refuse again.
#[tokio::test]
async fn a_constraint_of_others_refuses_at_once() {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    refuse(&database, i64::MAX, "ERRCODE = '23505', CONSTRAINT = 'only_one_account'").await;
    let error = store.append(append()).await.unwrap_err();
    let refused = matches!(&error, AppendError::Store(error) if matches!(**error, StoreError::Refused(_)));
    assert!(refused && !error.is_retryable(), "{error:?}");
    assert_eq!(inserts(&database).await, 1);
    store.close().await;
}
