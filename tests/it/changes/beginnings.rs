//! When all rows come again, and what comes of who only asks for what is new.

use std::sync::Arc;

use cqrs_runtime::projection::RowChange;
use futures_util::Stream;
use futures_util::future::{BoxFuture, try_join_all};

use super::*;
use crate::database::on_both;
use crate::projecting::steps::{Step, stepped};

on_both! {
    in_threads
    a_rebuild_begins_anew
    a_rebuild_by_another_process_wakes_who_waits
    who_is_slow_begins_anew
    a_long_table_is_read_beside_many_changes
    a_great_batch_of_another_tenant_begins_nothing_anew
    from_now_on
    from_now_on_without_a_condition
    what_was_shown_leaves_no_ghost
    a_rebuild_tells_to_ask_again
}

async fn a_rebuild_begins_anew(database: Database) {
    let (writer, follower) = (read_models(&database, 3).await, read_models(&database, 3).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let mut mirrors = [
        Mirror::of(follower.changes::<Debt>().start()),
        Mirror::of(follower.changes::<Debt>().filter(Debt::ODD.eq(false)).start()),
    ];
    let (a, b) = (debt("a", "ada", false, 0), debt("b", "bob", false, 0));
    for mirror in &mut mirrors {
        mirror.comes_to(&[a.clone(), b.clone()]).await;
    }
    // Rows that only the table has whose time is over; nobody has told of them.
    database.execute("UPDATE debt_g1 SET paid = 7").await;
    happen(&writer, &[("b", Cancelled)]).await;
    writer.rebuild("debt", |_| ()).await.unwrap();
    happen(&writer, &[("c", Placed("cid"))]).await;
    for mirror in &mut mirrors {
        mirror.comes_to(&[a.clone(), debt("c", "cid", false, 0)]).await;
        assert_eq!((mirror.resets, mirror.never_had.as_slice()), (2, [].as_slice()));
    }
}

async fn a_rebuild_by_another_process_wakes_who_waits(database: Database) {
    let (writer, follower) = (read_models(&database, 3).await, read_models(&database, 3).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    mirror.comes_to(&[debt("a", "ada", false, 0)]).await;
    let waits = async {
        while mirror.resets == 1 {
            mirror.take().await;
        }
    };
    // No event and no row changes.
    let rebuilds = writer.rebuild("debt", |_| ());
    let (waited, rebuilt) = futures_util::future::join(timeout(LONG, waits), rebuilds).await;
    assert!(waited.is_ok() && rebuilt.is_ok());
    mirror.comes_to(&[debt("a", "ada", false, 0)]).await;
}

/// More batches than are kept.
async fn who_is_slow_begins_anew(database: Database) {
    let (writer, follower) = (read_models(&database, 1).await, read_models(&database, 1).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob")), ("b", Paid)]).await;
    let mut all = Mirror::of(follower.changes::<Debt>().start());
    let mut odd = Mirror::of(follower.changes::<Debt>().filter(Debt::ODD.eq(true)).start());
    let (a, b) = (debt("a", "ada", false, 0), debt("b", "bob", true, 1));
    all.comes_to(&[a.clone(), b.clone()]).await;
    odd.comes_to(&[b]).await;
    happen(&writer, &[("b", Cancelled)]).await;
    happen(&writer, &[("a", Paid); 257]).await;
    let paid = Debt { odd: true, paid: 257, ..a };
    for mirror in [&mut all, &mut odd] {
        mirror.comes_to(std::slice::from_ref(&paid)).await;
        assert_eq!(mirror.resets, 2);
    }
    assert_eq!(database.count("cqrs_changes").await, 256, "what was missed is not kept for anybody");
}

async fn next(changes: &mut (impl Stream<Item = Result<RowChange<Debt>, QueryError>> + Unpin)) -> RowChange<Debt> {
    timeout(LONG, changes.next()).await.unwrap().unwrap().unwrap()
}

async fn from_now_on(database: Database) {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada")), ("a", Paid), ("b", Placed("bob"))]).await;
    let mut changes = follower.changes::<Debt>().filter(Debt::ODD.eq(true)).start_now().await.unwrap();
    let page = changes.fetch(follower.query::<Debt>().filter(Debt::ODD.eq(true))).await.unwrap();
    assert_eq!(page.rows, [debt("a", "ada", true, 1)]);
    happen(&writer, &[("b", Paid)]).await;
    assert!(matches!(next(&mut changes).await, RowChange::Upsert { row, .. } if row == debt("b", "bob", true, 1)));
    // It was there before.
    happen(&writer, &[("a", Paid)]).await;
    assert!(matches!(next(&mut changes).await, RowChange::Removed { key, .. } if key == "a".parse().unwrap()));
}

/// A row that has come since the start, was shown, and has left before a change was taken.
async fn what_was_shown_leaves_no_ghost(database: Database) {
    let (writer, follower) = (read_models(&database, 1).await, read_models(&database, 1).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let odd = || follower.query::<Debt>().filter(Debt::ODD.eq(true));
    let mut changes = follower.changes::<Debt>().filter(Debt::ODD.eq(true)).start_now().await.unwrap();
    for resets in [false, true] {
        if resets {
            writer.rebuild("debt", |_| ()).await.unwrap();
            assert_eq!(next(&mut changes).await, RowChange::Reset);
        }
        happen(&writer, &[("a", Paid), ("b", Paid)]).await;
        let page = changes.fetch(odd().limit(1)).await.unwrap();
        assert_eq!(page.rows.iter().map(|row| row.order.to_string()).collect::<Vec<_>>(), ["a"]);
        happen(&writer, &[("a", Paid), ("b", Paid)]).await;
        happen(&writer, &[("c", Placed("cid")), ("c", Paid)]).await;
        assert!(matches!(next(&mut changes).await, RowChange::Upsert { row, .. } if row.order.to_string() == "c"));
        assert!(matches!(next(&mut changes).await, RowChange::Removed { key, .. } if key == "a".parse().unwrap()));
        // The other one was never shown.
        happen(&writer, &[("c", Cancelled)]).await;
        assert!(matches!(next(&mut changes).await, RowChange::Removed { key, .. } if key == "c".parse().unwrap()));
    }
}

async fn from_now_on_without_a_condition(database: Database) {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut changes = follower.changes::<Debt>().start_now().await.unwrap();
    // Before anything was taken.
    happen(&writer, &[("b", Placed("bob"))]).await;
    assert!(matches!(next(&mut changes).await, RowChange::Upsert { row, .. } if row == debt("b", "bob", false, 0)));
    happen(&writer, &[("a", Cancelled)]).await;
    assert!(matches!(next(&mut changes).await, RowChange::Removed { key, .. } if key == "a".parse().unwrap()));
}

async fn a_rebuild_tells_to_ask_again(database: Database) {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let mut all = follower.changes::<Debt>().start_now().await.unwrap();
    let mut even = follower.changes::<Debt>().filter(Debt::ODD.eq(false)).start_now().await.unwrap();
    writer.rebuild("debt", |_| ()).await.unwrap();
    assert_eq!(next(&mut all).await, RowChange::Reset);
    assert_eq!(next(&mut even).await, RowChange::Reset);
    even.fetch(follower.query::<Debt>()).await.unwrap();
    happen(&writer, &[("a", Paid)]).await;
    assert!(matches!(next(&mut all).await, RowChange::Upsert { row, .. } if row == debt("a", "ada", true, 1)));
    assert!(matches!(next(&mut even).await, RowChange::Removed { key, .. } if key == "a".parse().unwrap()));
}

/// Of more rows than are told.
async fn a_great_batch_of_another_tenant_begins_nothing_anew(database: Database) {
    let (writer, follower) = (read_models(&database, 5_000).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut mine = Mirror::of(follower.changes::<Debt>().start());
    mine.comes_to(&[debt("a", "ada", false, 0)]).await;
    let mut theirs = Mirror::of(follower.changes::<Debt>().tenant("north").start());
    theirs.comes_to(&[]).await;
    let placed = (0..6_000).map(|number| event(&format!("n{number}"), "north", Placed("nora")));
    for placed in placed.collect::<Vec<_>>().chunks(1_000) {
        try_join_all(placed.iter().map(|placed| writer.store().append(placed.clone()))).await.unwrap();
    }
    happen(&writer, &[("a", Paid)]).await;
    mine.comes_to(&[debt("a", "ada", true, 1)]).await;
    assert_eq!(mine.resets, 1);
    let shown = writer.query::<Debt>().tenant("north").limit(10_000).fetch().await.unwrap().rows;
    theirs.comes_to(&shown).await;
    assert!(theirs.resets > 1, "nobody knows which of theirs have changed");
}

/// Rows that nobody changes: more than two pages of them.
const OTHERS: &str =
    "INSERT INTO debt_g1 (tenant, cqrs_sequence, cqrs_partition, cqrs_position, \"order\", customer, odd, paid)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
    SELECT '', 0, 0, 1, 'm' || i, 'many', TRUE, 0 FROM n";

/// As 200 batches leave it: fewer than are kept.
const BATCHES: &str = "
    INSERT INTO cqrs_changes (name, partition, number, position, keys)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        SELECT c.name, c.partition, c.changes + n.i, c.position, '[]'
        FROM n, cqrs_checkpoints c WHERE c.name = 'debt@1' AND c.partition = 0;
    UPDATE cqrs_checkpoints SET changes = changes + 200 WHERE name = 'debt@1' AND partition = 0;
    DELETE FROM cqrs_changes WHERE partition = 0 AND number <= (SELECT changes - 256 FROM cqrs_checkpoints
        WHERE name = 'debt@1' AND partition = 0)";

/// However long it takes to read all rows, no more changes have to be kept than are made while a page is read.
async fn a_long_table_is_read_beside_many_changes(database: Database) {
    let writer = read_models(&database, 3).await;
    happen(&writer, &[("a", Placed("ada"))]).await;
    database.execute(&OTHERS.replace("TRUE", if database.url.starts_with("sqlite") { "1" } else { "TRUE" })).await;
    let database = Arc::new(database);
    let hook = {
        let database = Arc::clone(&database);
        move |at: Step| -> BoxFuture<'static, ()> {
            let database = Arc::clone(&database);
            Box::pin(async move {
                if at == Step::Select {
                    database.execute(BATCHES).await;
                }
            })
        }
    };
    let follower = of_store(stepped(&database.url, hook).await, 1);
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    let rows = writer.query::<Debt>().limit(10_000).fetch().await.unwrap().rows;
    mirror.comes_to(&rows).await;
    // It has yet to ask what has changed meanwhile.
    happen(&writer, &[("a", Paid)]).await;
    let rows = writer.query::<Debt>().limit(10_000).fetch().await.unwrap().rows;
    mirror.comes_to(&rows).await;
    assert_eq!((mirror.resets, mirror.rows.len()), (1, 2_101));
    follower.store().close().await;
}
