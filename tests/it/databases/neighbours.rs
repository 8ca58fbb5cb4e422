//! A PostgreSQL server that fails over one append of a batch: the others get their own verdicts.

use cqrs_runtime::store::{AppendError, EventStore};
use cqrs_tests::appending::REFUSED;
use futures_util::future::join_all;

use super::*;

const CULPRIT: usize = 13;

async fn fails_alone(sqlstate: &str, is_expected: fn(&StoreError) -> bool) {
    let database = Database::postgres().await;
    let store = EventStore::open(&database.url).await.unwrap();
    let sql = format!(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.payload = '{REFUSED}' THEN
                RAISE EXCEPTION 'failed by the test' USING ERRCODE = '{sqlstate}';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER fail AFTER INSERT ON cqrs_events FOR EACH ROW EXECUTE FUNCTION fail()"
    );
    database.execute(&sql).await;
    let mut appends: Vec<_> = (0..20).map(|_| append()).collect();
    REFUSED.clone_into(&mut appends[CULPRIT].events[0].payload);
    let answers = join_all(appends.into_iter().map(|append| store.append(append))).await;
    for (number, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(appended) if number != CULPRIT => assert_eq!(appended.version, 1),
            Err(AppendError::Store(error)) if number == CULPRIT => {
                assert!(is_expected(&error), "{sqlstate}: {error:?}");
            }
            answer => panic!("{sqlstate}: {number} was answered {answer:?}"),
        }
    }
    assert_eq!(database.count("cqrs_events").await, 19);
    store.close().await;
}

#[tokio::test]
async fn an_append_that_takes_too_much_time_or_memory_fails_alone() {
    for sqlstate in ["57014", "53200"] {
        fails_alone(sqlstate, |error| matches!(error, StoreError::OverLimit(_)) && error.is_retryable()).await;
    }
}

#[tokio::test]
async fn an_append_that_meets_a_damaged_page_fails_alone() {
    for sqlstate in ["XX001", "XX002"] {
        fails_alone(sqlstate, |error| matches!(error, StoreError::Damaged(_)) && !error.is_retryable()).await;
    }
}
