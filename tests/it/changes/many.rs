//! More keys have changed than are told at once.

use futures_util::future::try_join_all;

use super::*;
use crate::database::on_both;

on_both! {
    in_threads
    more_than_a_megabyte_of_keys_is_told
}

/// How long each key is.
const LENGTH: usize = 240;
/// As many as have keys of two megabytes: what is told at once goes past one by a batch.
const ORDERS: usize = (2 << 20) / LENGTH;
/// How many are appended together.
const TOGETHER: usize = 400;

async fn more_than_a_megabyte_of_keys_is_told(database: Database) {
    let (writer, follower) = (read_models(&database, 1_000).await, read_models(&database, 1).await);
    happen(&writer, &[("a", Placed("ada"))]).await;
    let mut mirrors = [
        Mirror::of(follower.changes::<Debt>().start()),
        Mirror::of(follower.changes::<Debt>().filter(Debt::ODD.eq(false)).start()),
    ];
    let mut rows = vec![debt("a", "ada", false, 0)];
    for mirror in &mut mirrors {
        mirror.comes_to(&rows).await;
        // It has heard of all of that, and hears of all that follows at once.
        assert!(timeout(Duration::from_millis(100), mirror.take()).await.is_err(), "that was all");
    }
    let orders: Vec<_> = (0..ORDERS).map(|number| format!("{number:0LENGTH$}")).collect();
    for some in orders.chunks(TOGETHER) {
        let appends = some.iter().map(|order| writer.store().append(event(order, "", Placed("bob"))));
        try_join_all(appends.collect::<Vec<_>>()).await.unwrap();
    }
    writer.catch_up(LONG).await.unwrap();
    rows.extend(orders.iter().map(|order| debt(order, "bob", false, 0)));
    for mirror in &mut mirrors {
        mirror.comes_to(&rows).await;
        assert_eq!((mirror.resets, mirror.upserts), (1, rows.len()), "each comes once, and nothing begins anew");
    }
}
