//! What is told, and what is not.

use cqrs_runtime::projection::RowChange;

use super::*;
use crate::database::on_both;

on_both! {
    in_threads
    the_last_state_comes_once
    keys_of_others_are_not_told
    what_leaves_is_told
    a_retried_event_is_told
    positions_tell_what_is_in_a_row
}

/// All that comes up to the row that is looked for, without it.
async fn up_to(changes: &mut Changes<Debt>, order: &str) -> Vec<RowChange<Debt>> {
    let mut told = Vec::new();
    loop {
        let change = timeout(LONG, changes.next()).await.unwrap().unwrap().unwrap();
        if matches!(&change, RowChange::Upsert { row, .. } if row.order.to_string() == order) {
            return told;
        }
        told.push(change);
    }
}

async fn the_last_state_comes_once(database: Database) {
    let (writer, follower) = (read_models(&database, 1).await, read_models(&database, 1).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    mirror.comes_to(&[debt("a", "ada", false, 0)]).await;
    // In ten batches, while nobody takes anything.
    happen(&writer, &[("a", Paid); 10]).await;
    happen(&writer, &[("b", Placed("bob")), ("b", Cancelled)]).await;
    mirror.comes_to(&[debt("a", "ada", false, 10)]).await;
    assert_eq!((mirror.upserts, mirror.resets), (2, 1));
}

async fn keys_of_others_are_not_told(database: Database) {
    let (writer, follower) = (read_models(&database, 2).await, read_models(&database, 2).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let of_ada = || follower.changes::<Debt>().filter(Debt::CUSTOMER.eq("ada".parse().unwrap()));
    let mut mine = of_ada().filter(Debt::ODD.eq(true)).start();
    let mut from_now = of_ada().filter(Debt::ODD.eq(true)).start_now().await.unwrap().boxed();
    let mut others = follower.changes::<Debt>().tenant("north").start();
    happen(&writer, &[("a", Paid), ("b", Paid)]).await;
    assert_eq!(up_to(&mut mine, "a").await, [RowChange::Reset]);
    assert_eq!(up_to(&mut from_now, "a").await, []);
    // Nothing of this is theirs, though it comes and goes.
    happen(&writer, &[("b", Paid), ("b", Cancelled), ("c", Placed("bob")), ("c", Paid), ("d", Placed("ada"))]).await;
    happen(&writer, &[("c", Paid), ("d", Cancelled), ("e", Placed("ada")), ("e", Paid)]).await;
    assert_eq!(up_to(&mut mine, "e").await, []);
    assert_eq!(up_to(&mut from_now, "e").await, []);
    writer.store().append(event("n", "north", Placed("nora"))).await.unwrap();
    writer.catch_up(LONG).await.unwrap();
    assert_eq!(up_to(&mut others, "n").await, [RowChange::Reset]);
}

async fn what_leaves_is_told(database: Database) {
    let (writer, follower) = (read_models(&database, 1_000).await, read_models(&database, 1).await);
    happen(&writer, &[("a", Placed("ada")), ("a", Paid), ("b", Placed("bob")), ("b", Paid)]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().filter(Debt::ODD.eq(true)).start());
    let (a, b) = (debt("a", "ada", true, 1), debt("b", "bob", true, 1));
    mirror.comes_to(&[a.clone(), b]).await;
    happen(&writer, &[("b", Paid)]).await;
    mirror.comes_to(std::slice::from_ref(&a)).await;
    happen(&writer, &[("b", Paid)]).await;
    mirror.comes_to(&[a, debt("b", "bob", true, 3)]).await;
    happen(&writer, &[("a", Cancelled), ("b", Paid)]).await;
    mirror.comes_to(&[]).await;
    assert_eq!((mirror.never_had.as_slice(), mirror.resets), ([].as_slice(), 1));
}

/// Its rows show an old position, and are new.
async fn a_retried_event_is_told(database: Database) {
    let (writer, follower) = (read_models(&database, 10).await, read_models(&database, 10).await);
    happen(&writer, &[("a", Placed("ada")), ("late", Paid), ("late", Placed("bob")), ("b", Placed("bob"))]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    let (a, b) = (debt("a", "ada", false, 0), debt("b", "bob", false, 0));
    mirror.comes_to(&[a.clone(), b.clone()]).await;
    let letters = writer.letters("debt").await.unwrap();
    assert_eq!(letters.len(), 2);
    let left = writer.discard("debt", &letters[0].sequence_key, LONG).await.unwrap();
    assert_eq!(left, []);
    mirror.comes_to(&[a, b, debt("late", "bob", false, 0)]).await;
    assert_eq!(mirror.resets, 1);
}

async fn positions_tell_what_is_in_a_row(database: Database) {
    let (writer, follower) = (read_models(&database, 1_000).await, read_models(&database, 1).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let mut changes = follower.changes::<Debt>().start();
    for round in 0..3 {
        let head = writer.store().head().await.unwrap().position;
        let change = loop {
            match changes.next().await.unwrap().unwrap() {
                RowChange::Upsert { row, position } if row.order.to_string() == "b" => break (row.paid, position),
                _ => {}
            }
        };
        assert_eq!(change, (round, head));
        happen(&writer, &[("b", Paid)]).await;
    }
    happen(&writer, &[("b", Cancelled)]).await;
    let head = writer.store().head().await.unwrap().position;
    let removed = RowChange::Removed { key: "b".parse().unwrap(), position: head };
    assert_eq!(changes.next().await.unwrap().unwrap(), removed);
}
