//! Handlings on SQLite that leave nobody room to end them: they are ended all the same, and nothing is written behind them.

use cqrs_runtime::store::StoreError;
use sea_orm::ConnectionTrait;

use super::super::{Log, append};
use super::sent::Sent;
use super::transactions::database;
use super::*;

/// Does something in a handling until that fails.
async fn until_it_fails(log: &Log, statement: &str) {
    let store = log.open().await;
    let rows = Sent::create(&database(log).url).await;
    append(&store, "a", [1]).await;
    let mut opened = mails(&store).lease_time(Duration::from_millis(600)).open().await.unwrap();
    let event = next(&mut opened).await;
    let handling = opened.begin(&event).await.unwrap();
    let connection = handling.connection().unwrap();
    let goes_on = async {
        loop {
            if let Err(error) = connection.execute_unprepared(statement).await {
                return error;
            }
        }
    };
    let failed = timeout(HOUR / 60, goes_on).await.expect("it is ended");
    let failed = handling.error(failed);
    assert!(matches!(failed, StoreError::OverLimit(_)), "{failed:?}");
    // Who does not care for that writes nothing either, be it in the transaction or behind it.
    let _ = connection.execute_unprepared("INSERT INTO sent (position) VALUES (7)").await;
    // It waits for the end of the transaction.
    database(log).execute("UPDATE cqrs_checkpoints SET changes = changes").await;
    let written = connection.execute_unprepared("INSERT INTO sent (position) VALUES (7)").await;
    assert!(written.is_err(), "{written:?}");
    let over = handling.commit().await.unwrap_err();
    assert!(over.is_retryable(), "{over:?}");
    assert_eq!(rows.count().await, 0);
    // The next one is none the worse for it.
    opened.rewind();
    loop {
        let event = next(&mut opened).await;
        match Sent::send(&mut opened, &event).await {
            Ok(()) => break,
            Err(error) => assert!(error.is_retryable(), "{error:?}"),
        }
        opened.rewind();
    }
    rows.is_all_of(&super::super::all(&store).await).await;
}

#[tokio::test]
async fn one_statement_behind_the_other() {
    until_it_fails(&Log::sqlite(), "INSERT INTO sent (position) VALUES (6)").await;
}

#[tokio::test]
async fn questions_behind_each_other() {
    until_it_fails(&Log::sqlite(), "SELECT 1").await;
}

#[tokio::test]
async fn a_statement_without_an_end() {
    let endless = "INSERT INTO sent (position)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";
    until_it_fails(&Log::sqlite(), endless).await;
}
