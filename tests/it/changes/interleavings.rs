//! Whatever is committed between any two steps of who follows, nothing is missed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cqrs_runtime::projection::{Filter, Query, RowChanges};
use futures_util::future::BoxFuture;

use super::*;
use crate::database::on_both;
use crate::projecting::steps::{Step, stepped};

on_both! {
    in_threads
    with_a_condition
    without_a_condition
}

async fn with_a_condition(database: Database) {
    at_each_step(database, Some(Debt::ODD.eq(true))).await;
}

async fn without_a_condition(database: Database) {
    at_each_step(database, None).await;
}

/// Rows that nobody changes: more than are read at once, between those that are changed.
const OTHERS: &str =
    "INSERT INTO debt_g1 (tenant, cqrs_sequence, cqrs_partition, cqrs_position, \"order\", customer, odd, paid)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
    SELECT '', 0, 0, 1, 'm' || i, 'many', TRUE, 0 FROM n";

/// Each one changes rows at both ends: some come, go, or come to satisfy the condition and cease to.
const BATCHES: [&[(&str, Happens)]; 3] = [
    &[("a1", Paid), ("a2", Paid), ("a3", Cancelled), ("a4", Placed("ada")), ("a4", Paid), ("z1", Paid)],
    &[("a1", Paid), ("a2", Cancelled), ("z1", Paid), ("z2", Cancelled), ("z3", Placed("ada")), ("z3", Paid)],
    &[("a4", Cancelled), ("z1", Paid), ("z3", Paid), ("a5", Placed("ada")), ("a5", Paid), ("a1", Paid)],
];

/// Until it waits, it asks, reads two pages and asks behind each, each of which begins and ends.
const STEPS: usize = 10;

async fn at_each_step(database: Database, filter: Option<Filter<Debt>>) {
    let writer = Arc::new(read_models(&database, 1_000).await);
    happen(&writer, &[]).await;
    database.execute(&OTHERS.replace("TRUE", if database.url.starts_with("sqlite") { "1" } else { "TRUE" })).await;
    for first in 0..STEPS {
        // All of them as they were.
        let rows = writer.query::<Debt>().filter(!Debt::CUSTOMER.eq("many".parse().unwrap())).fetch().await.unwrap();
        let gone: Vec<_> = rows.rows.iter().map(|row| (row.order.to_string(), Cancelled)).collect();
        happen(&writer, &gone.iter().map(|(order, happens)| (order.as_str(), *happens)).collect::<Vec<_>>()).await;
        let placed = ["a1", "a2", "a3", "z1", "z2"].map(|order| (order, Placed("ada")));
        happen(&writer, &placed).await;
        happen(&writer, &[("a1", Paid), ("a3", Paid), ("z2", Paid)]).await;

        let step = Arc::new(AtomicUsize::new(0));
        let hook = {
            let (writer, step) = (Arc::clone(&writer), Arc::clone(&step));
            move |at: Step| -> BoxFuture<'static, ()> {
                let (writer, step) = (Arc::clone(&writer), Arc::clone(&step));
                Box::pin(async move {
                    if !matches!(at, Step::AskChanges | Step::ToldChanges | Step::Select | Step::Selected) {
                        return;
                    }
                    let step = step.fetch_add(1, Ordering::SeqCst);
                    if let Some(batch) = step.checked_sub(first).and_then(|batch| BATCHES.get(batch)) {
                        happen(&writer, batch).await;
                    }
                })
            }
        };
        let follower = of_store(stepped(&database.url, hook).await, 1);
        let changes = filter.iter().cloned().fold(follower.changes::<Debt>(), RowChanges::filter);
        let mut mirror = Mirror::of(changes.start());
        let happened = timeout(LONG, async {
            while step.load(Ordering::SeqCst) < first + BATCHES.len() {
                mirror.take().await;
            }
        });
        assert!(happened.await.is_ok());
        let query = filter.iter().cloned().fold(writer.query::<Debt>(), Query::filter);
        let shown = query.limit(10_000).fetch().await.unwrap().rows;
        mirror.comes_to(&shown).await;
        assert!(filter.is_none() || mirror.never_had.is_empty());
        follower.store().close().await;
    }
}
