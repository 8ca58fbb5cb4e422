//! When all rows come again, and what comes of who only asks for what is new.

use cqrs_runtime::projection::RowChange;

use super::*;

on_both! {
    a_rebuild_begins_anew
    a_rebuild_by_another_process_wakes_who_waits
    who_is_slow_begins_anew
    from_now_on
    from_now_on_without_a_condition
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

async fn next(changes: &mut Changes<Debt>) -> RowChange<Debt> {
    timeout(LONG, changes.next()).await.unwrap().unwrap().unwrap()
}

async fn from_now_on(database: Database) {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada")), ("a", Paid), ("b", Placed("bob"))]).await;
    let mut changes = follower.changes::<Debt>().filter(Debt::ODD.eq(true)).start_now().await.unwrap();
    happen(&writer, &[("b", Paid)]).await;
    assert!(matches!(next(&mut changes).await, RowChange::Upsert { row, .. } if row == debt("b", "bob", true, 1)));
    // It was there before.
    happen(&writer, &[("a", Paid)]).await;
    assert!(matches!(next(&mut changes).await, RowChange::Removed { key, .. } if key == "a".parse().unwrap()));
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
    happen(&writer, &[("a", Paid)]).await;
    assert!(matches!(next(&mut all).await, RowChange::Upsert { row, .. } if row == debt("a", "ada", true, 1)));
    assert!(matches!(next(&mut even).await, RowChange::Removed { key, .. } if key == "a".parse().unwrap()));
}
