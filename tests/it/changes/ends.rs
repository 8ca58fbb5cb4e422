//! How following ends.

use cqrs_runtime::projection::{QueryError, RowChange, RowChanges};
use cqrs_runtime::store::StoreError;
use cqrs_tests::orders::Payment;
use futures_util::FutureExt;

use super::*;
use crate::database::on_both;

on_both! {
    in_threads
    what_is_not_built_has_no_changes
    a_closed_store_has_no_changes
    too_many_rows_by_a_condition
    what_serves_no_more_has_no_changes
    a_lasting_error_ends_who_waits
}

async fn last<M: ReadModel>(mut changes: Changes<M>) -> QueryError {
    loop {
        if let Err(error) = timeout(LONG, changes.next()).await.unwrap().unwrap() {
            assert!(changes.next().await.is_none(), "nothing comes behind an error");
            return error;
        }
    }
}

async fn what_is_not_built_has_no_changes(database: Database) {
    let follower = read_models(&database, 10).await;
    let error = last(follower.changes::<Payment>().start()).await;
    assert!(matches!(error, QueryError::NotListed { table: "payment" }), "{error:?}");
    let error = follower.changes::<Payment>().start_now().await.err();
    assert!(matches!(error, Some(QueryError::NotListed { table: "payment" })), "{error:?}");
    let error = last(follower.changes::<Debt>().start()).await;
    assert!(matches!(error, QueryError::Store(StoreError::NotServed { .. })), "{error:?}");
    let error = follower.changes::<Debt>().start_now().await.err();
    assert!(matches!(error, Some(QueryError::Store(StoreError::NotServed { .. }))), "{error:?}");
}

async fn a_closed_store_has_no_changes(database: Database) {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    mirror.comes_to(&[debt("a", "ada", false, 0)]).await;
    let late = follower.changes::<Debt>().start();
    // While one waits.
    assert!(mirror.changes.next().now_or_never().is_none());
    follower.store().close().await;
    for changes in [mirror.changes, late] {
        let error = last(changes).await;
        assert!(matches!(error, QueryError::Store(StoreError::Closed)), "{error:?}");
    }
}

async fn too_many_rows_by_a_condition(database: Database) {
    let writer = read_models(&database, 10).await;
    happen(&writer, &[("a", Placed("ada"))]).await;
    let most = RowChanges::<Debt>::MOST_BY_CONDITION;
    let truth = if database.url.starts_with("sqlite") { "1" } else { "TRUE" };
    database
        .execute(&format!(
            "INSERT INTO debt_g1 (tenant, cqrs_sequence, cqrs_partition, cqrs_position, \"order\", customer, odd, paid)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most})
            SELECT '', 0, 0, 1, 'm' || i, 'many', {truth}, 0 FROM n"
        ))
        .await;
    let many = || writer.changes::<Debt>().filter(Debt::CUSTOMER.eq("many".parse().unwrap()));
    let mut changes = many().start();
    assert_eq!(changes.next().await.unwrap().unwrap(), RowChange::Reset);
    let mut count = 0;
    while count < most {
        assert!(matches!(changes.next().await.unwrap().unwrap(), RowChange::Upsert { .. }));
        count += 1;
    }
    happen(&writer, &[("b", Placed("many"))]).await;
    let error = last(changes).await;
    assert!(matches!(error, QueryError::TooManyRows { table: "debt", limit } if limit == most), "{error:?}");
    let mut from_now = many().start_now().await.unwrap();
    let error = from_now.fetch(writer.query::<Debt>().limit(u64::try_from(most).unwrap() + 1)).await.err();
    assert!(matches!(error, Some(QueryError::TooManyRows { .. })), "{error:?}");
    // All of a tenant may be more.
    let mut all = writer.changes::<Debt>().start();
    for _ in 0..most + 3 {
        assert!(all.next().await.unwrap().is_ok());
    }
}

/// One who waits, and has all that there is; then something happens.
async fn ends_by(database: Database, happens: &str) -> QueryError {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    mirror.comes_to(&[debt("a", "ada", false, 0)]).await;
    assert!(timeout(Duration::from_millis(100), mirror.changes.next()).await.is_err(), "that was all");
    database.execute(happens).await;
    last(mirror.changes).await
}

/// The last program of an older shape is gone, and its tables are dropped; this one only follows.
async fn what_serves_no_more_has_no_changes(database: Database) {
    let error = ends_by(database, "UPDATE cqrs_generations SET state = 'dropped'").await;
    assert!(matches!(error, QueryError::Store(StoreError::NotServed { .. })), "{error:?}");
}

async fn a_lasting_error_ends_who_waits(database: Database) {
    let error = ends_by(database, "ALTER TABLE cqrs_generations RENAME TO mislaid").await;
    assert!(matches!(error, QueryError::Store(StoreError::Missing(_))), "{error:?}");
}
